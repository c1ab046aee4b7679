"""The API as a process on a real Kafka, with the real projector behind it."""

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from contracts.application import LoanApplication
from contracts.codec import decode
from contracts.topics import APPLICATIONS
from query_api.example import APPLICATION
from runtime.settings import KafkaSettings, MlflowSettings
from runtime.topics import create_missing_topics
from tests import postman
from tests.scoring_stand_in import StandIn
from tests.services import ServiceProcess, Stage
from tests.topics import TopicFactory
from tests.waiting import wait_until

_ROOT = Path(__file__).parents[2]
_SECONDS = 30


@pytest.fixture(scope="module")
def stage(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    prefix = f"test-{uuid.uuid4().hex[:8]}-"
    kafka = KafkaSettings(bootstrap_servers=kafka_bootstrap, topic_prefix=prefix)
    create_missing_topics(kafka)
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("query_api")
        patch.setenv("QUERY_API_DATABASE_URL", f"sqlite:///{folder}/store.db")
        yield Stage(kafka, MlflowSettings(), folder)
    TopicFactory(kafka_bootstrap, prefix).delete_all()


@pytest.fixture(scope="module")
def projector(stage: Stage) -> Iterator[ServiceProcess]:
    with ServiceProcess(["-m", "query_api", "projector"], stage, "PROJECTOR") as process:
        yield process.wait_ready()


@pytest.fixture(scope="module")
def address(stage: Stage, projector: ServiceProcess) -> Iterator[str]:
    """Where the API answers; behind it everything is scored."""
    del projector
    with (
        StandIn(stage.kafka),
        ServiceProcess(["-m", "query_api", "serve"], stage, "QUERY_API") as process,
    ):
        yield f"http://127.0.0.1:{process.wait_ready().port}"


def _post(address: str, application_id: int, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{address}/v1/applications",
        json=APPLICATION | {"SK_ID_CURR": application_id},
        headers=headers,
        timeout=_SECONDS,
    )


def test_who_waits_gets_the_score_that_went_through_the_stream(address: str, stage: Stage) -> None:
    answer = _post(address, 810_001, Prefer="wait=20")
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=20"
    told = answer.json()
    assert told["application_id"] == 810_001
    published = [record for record in stage.read(APPLICATIONS) if record.key == b"810001"]
    assert len(published) == 1
    assert decode(published[0].value, LoanApplication).SK_ID_CURR == 810_001
    assert dict(published[0].headers)["ce_id"] == told["score"]["application_event_id"].encode()


def test_who_does_not_wait_finds_it_at_the_location(address: str) -> None:
    answer = _post(address, 810_002)
    assert answer.status_code == 202
    place = f"{address}{answer.headers['location']}"
    wait_until(lambda: httpx.get(place).status_code == 200, _SECONDS, "the score")
    assert httpx.get(place).json()["score"]["score_id"] == answer.json()["score_id"]


def test_every_request_of_the_collection_is_answered_as_it_says(address: str) -> None:
    collection = json.loads((_ROOT / "docs" / "postman_collection.json").read_text())
    answers = list(postman.run(collection, baseUrl=address))
    told = {one.name: one.response.status_code for one in answers}
    assert told == {one.name: one.expected for one in answers}
    assert len(answers) == len(collection["item"]) >= 5


def test_many_at_once_are_all_scored(address: str) -> None:
    numbers = range(820_001, 820_061)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: _post(address, number, Prefer="wait=20"), numbers))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["application_id"] for answer in answers} == set(numbers)


def test_the_same_key_twice_is_one_score(address: str) -> None:
    for _ in range(2):
        answer = _post(address, 810_003, Prefer="wait=20", **{"Idempotency-Key": "once"})
    assert len(answer.json()["history"]) == 1


def test_the_test_page_opens_the_page_of_its_score(address: str) -> None:
    sent = httpx.post(
        f"{address}/try/json",
        data={"application": json.dumps(APPLICATION | {"SK_ID_CURR": 810_004}), "token": "t"},
        timeout=_SECONDS,
    )
    assert sent.status_code == 303
    page = f"{address}{sent.headers['location']}"
    wait_until(lambda: "561" in httpx.get(page).text, _SECONDS, "the score on its page")


def test_it_stops_at_once_when_it_is_told(stage: Stage, projector: ServiceProcess) -> None:
    del projector
    with ServiceProcess(["-m", "query_api", "serve"], stage, "QUERY_API") as process:
        process.wait_ready()
        began = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - began < 10


def test_without_kafka_it_reads_and_refuses_to_send(
    stage: Stage, projector: ServiceProcess, free_port: int
) -> None:
    del projector
    nowhere = Stage(
        KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}"), stage.mlflow, stage.folder
    )
    with ServiceProcess(["-m", "query_api", "serve"], nowhere, "QUERY_API") as process:
        address = f"http://127.0.0.1:{process.wait_ready().port}"
        answer = _post(address, 810_005)
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:problem:creditstream:kafka-away"
        assert int(answer.headers["retry-after"]) > 0
        assert httpx.get(f"{address}/v1/stats").status_code == 200


def test_a_bad_setting_is_named(stage: Stage) -> None:
    command = ["-m", "query_api", "serve"]
    with ServiceProcess(command, stage, "QUERY_API", HTTP_PORT="99999") as process:
        wait_until(lambda: process.process.exit_code is not None, _SECONDS, "it ends")
        assert process.process.exit_code == 2
        assert "QUERY_API_HTTP_PORT" in process.log.read_text()
