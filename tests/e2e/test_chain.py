"""Every service as a process: what is published comes back scored, explained, counted, readable."""

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts import codec
from contracts.codec import encode
from contracts.errors import Reason
from contracts.events import DriftReported, LoanExplained, LoanScored
from contracts.headers import new_traceparent
from contracts.ids import score_id
from contracts.topics import APPLICATIONS, DRIFT, EXPLANATIONS, HISTORIES, SCORES
from deploy.local.notebooks import executed, scripts
from deploy.local.poison import POISON
from deploy.local.tally import header
from deploy.local.watcher import Watcher
from tests.builders import a_history, an_application, some_applications
from tests.notebooks import pictures
from tests.services import ServiceProcess, Stage, a_stage
from tests.waiting import wait_until

_SECONDS = 90
_WINDOW = 200
_SERVICES = {
    "SCORER": ("-m", "scorer"),
    "EXPLAINER": ("-m", "explainer"),
    "DRIFT_MONITOR": ("-m", "drift_monitor"),
    "PROJECTOR": ("-m", "query_api", "projector"),
    "QUERY_API": ("-m", "query_api", "serve"),
}
_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "DRIFT_MONITOR": {"WINDOW": str(_WINDOW), "HOP": "50"},
}


@pytest.fixture(scope="module")
def stage(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with a_stage(kafka_bootstrap, tmp_path_factory.mktemp("chain")) as stage:
        histories = [a_history(one.SK_ID_CURR) for one in some_applications(_WINDOW)]
        records = [(str(one.application_id).encode(), encode(one)) for one in histories]
        stage.publish(HISTORIES, records)
        yield stage


@pytest.fixture(scope="module")
def chain(stage: Stage) -> Iterator[Mapping[str, ServiceProcess]]:
    database = {"QUERY_API_DATABASE_URL": f"sqlite:///{stage.folder}/store.db"}
    shared = dataclasses.replace(stage, variables=database)
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(
                ServiceProcess(command, shared, name, **_SETTINGS.get(name, {}))
            )
            for name, command in _SERVICES.items()
        }
        yield {name: process.wait_ready() for name, process in running.items()}


def _case(chain: Mapping[str, ServiceProcess], application_id: int) -> dict[str, Any]:
    """One application as the API shows it, once it is explained."""

    def explained() -> dict[str, Any]:
        status, body = chain["QUERY_API"].get(f"/v1/applications/{application_id}")
        case: dict[str, Any] = json.loads(body) if status == httpx.codes.OK else {}
        return case if case.get("explanation") else {}

    return wait_until(explained, _SECONDS, f"application {application_id} was never explained")


def test_a_bare_application_without_key_or_headers_is_scored_explained_and_found(
    stage: Stage, chain: Mapping[str, ServiceProcess]
) -> None:
    stage.publish(APPLICATIONS, [(None, b'{"SK_ID_CURR": 777, "EXT_SOURCE_2": 0.1}')])
    case = _case(chain, 777)
    assert case["score"]["history_status"] == "unknown"
    assert case["score"]["decision"] in {"refer", "decline"}
    assert case["score"]["application_event_id"].startswith(stage.kafka.topic_prefix)
    explanation = case["explanation"]
    added = sum(one["attribution"] for one in explanation["strongest"]) + explanation["others"]
    assert explanation["base_value"] + added == pytest.approx(case["score"]["raw_score"], abs=1e-5)


def test_one_trace_runs_from_the_application_to_its_explanation(
    stage: Stage, chain: Mapping[str, ServiceProcess]
) -> None:
    trace = new_traceparent()
    value = encode(an_application(100_001))
    headers = [("traceparent", trace.encode()), ("ce_id", b"traced")]
    stage.publish(APPLICATIONS, [(b"100001", value)], headers)
    wait_until(
        lambda: any(
            codec.decode(r.value, LoanExplained).score_id == score_id("traced")
            for r in stage.read(EXPLANATIONS)
        ),
        _SECONDS,
        "the traced application was never explained",
    )
    of_scores = [(codec.decode(r.value, LoanScored).score_id, r) for r in stage.read(SCORES)]
    explained = [(codec.decode(r.value, LoanExplained), r) for r in stage.read(EXPLANATIONS)]
    made = [*of_scores, *((event.score_id, record) for event, record in explained)]
    traces = [header(r, "traceparent") for made_for, r in made if made_for == score_id("traced")]
    assert [one.split("-")[1] for one in traces] == [trace.split("-")[1]] * 2
    assert _case(chain, 100_001)["score"]["history_status"] == "present"


def test_bad_messages_end_in_the_dead_letters_and_hold_nothing_up(
    stage: Stage, chain: Mapping[str, ServiceProcess]
) -> None:
    for poison in POISON:
        stage.publish(APPLICATIONS, [(poison.key, poison.value)], poison.headers)
    stage.publish(APPLICATIONS, [(b"100002", encode(an_application(100_002)))])
    assert _case(chain, 100_002)["application_id"] == 100_002
    letters = APPLICATIONS.dead_letters("scorer")
    wait_until(lambda: stage.count(letters) >= len(POISON), _SECONDS, "dead letters are missing")
    found = [(header(r, "dlq_reason"), r.key, r.value) for r in stage.read(letters)]
    assert sorted(found, key=repr) == sorted(
        ((p.reason.value, p.key, p.value) for p in POISON), key=repr
    )
    assert chain["SCORER"].metric(
        "creditstream_dead_letters_total", reason=Reason.BAD_HEADER.value
    ) == sum(poison.reason is Reason.BAD_HEADER for poison in POISON)


def test_a_stream_is_scored_explained_stored_and_judged_for_drift(
    stage: Stage, chain: Mapping[str, ServiceProcess]
) -> None:
    applications = some_applications(2 * _WINDOW, seed=11)
    records = [(str(one.SK_ID_CURR).encode(), encode(one)) for one in applications]
    with Watcher(stage.kafka) as watcher:
        stage.publish(APPLICATIONS, records)
        tally = watcher.tally
        wait_until(
            lambda: (
                len(tally.published_ms) >= len(applications)
                and not tally.unscored()
                and not tally.unexplained()
                and bool(tally.reports)
            ),
            _SECONDS,
            "the stream was not scored, explained and judged",
        )
        watcher.check()
        assert not tally.phantoms()
    assert _case(chain, applications[-1].SK_ID_CURR)["score"]["model_version"] == "1"
    reports = [codec.decode(record.value, DriftReported) for record in stage.read(DRIFT)]
    assert {report.size for report in reports} == {_WINDOW}
    assert chain["QUERY_API"].get("/v1/drift")[0] == httpx.codes.OK


def test_the_api_publishes_and_answers_with_the_score_itself(
    chain: Mapping[str, ServiceProcess],
) -> None:
    answer = httpx.post(
        f"http://127.0.0.1:{chain['QUERY_API'].port}/v1/applications",
        content=encode(an_application(100_003)),
        headers={"Prefer": "wait=20", "Content-Type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["application_id"] == 100_003


def test_the_notebook_on_scores_reads_the_chain(
    chain: Mapping[str, ServiceProcess], tmp_path: Path
) -> None:
    script = next(one for one in scripts() if one.stem == "05_scores")
    address = f"http://127.0.0.1:{chain['QUERY_API'].port}"
    assert pictures(executed(script, tmp_path, {**os.environ, "CREDITSTREAM_API": address})) == 3


def test_every_service_stops_gracefully(chain: Mapping[str, ServiceProcess]) -> None:
    assert {name: process.stop() for name, process in chain.items()} == dict.fromkeys(chain, 0)
