"""The projector as a process on a real Kafka: killed, it resumes exactly."""

import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.codec import encode
from contracts.errors import Reason
from contracts.events import Decision, Purpose
from contracts.topics import DRIFT, EXPLANATIONS, OUTCOMES, SCORES, Topic
from deploy.local.kafka import LocalKafka
from query_api.settings import SERVICE
from query_api.store.cases import Case
from query_api.store.database import open_database
from query_api.store.repository import Repository
from runtime.settings import KafkaSettings, MlflowSettings
from runtime.topics import create_missing_topics
from tests.published import a_drift_report, a_score, an_explanation, an_outcome
from tests.services import ServiceProcess, Stage
from tests.topics import TopicFactory
from tests.waiting import wait_until

_SECONDS = 60
_COMMAND = ("-m", "query_api", "projector")
_LIMITED = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
sys.argv = ["query_api", "projector"]
runpy.run_module("query_api", run_name="__main__")
"""


@pytest.fixture
def stage(kafka_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with _stage(kafka_bootstrap, tmp_path) as made:
        monkeypatch.setenv("QUERY_API_DATABASE_URL", f"sqlite:///{_database(made)}")
        yield made


@contextmanager
def _stage(bootstrap: str, folder: Path) -> Iterator[Stage]:
    prefix = f"test-{uuid.uuid4().hex[:8]}-"
    kafka = KafkaSettings(bootstrap_servers=bootstrap, topic_prefix=prefix)
    create_missing_topics(kafka)
    yield Stage(kafka, MlflowSettings(), folder)
    TopicFactory(bootstrap, prefix).delete_all()


def _database(stage: Stage) -> Path:
    return stage.folder / "store.db"


def _projector(stage: Stage, command: Sequence[str] = _COMMAND, **variables: str) -> ServiceProcess:
    return ServiceProcess(command, stage, "PROJECTOR", **variables)


def _publish(stage: Stage, topic: Topic, *events: Any) -> None:
    keyed = [(str(getattr(e, "application_id", "drift")).encode(), encode(e)) for e in events]
    stage.publish(topic, keyed)


def _count(stage: Stage, table: str) -> int:
    """Rows in a table; 0 before there is one."""
    try:
        with closing(sqlite3.connect(f"file:{_database(stage)}?mode=ro", uri=True)) as connection:
            counted: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            return counted
    except sqlite3.OperationalError:
        return 0


def _wait_for(stage: Stage, table: str, count: int) -> None:
    wait_until(lambda: _count(stage, table) >= count, _SECONDS, f"{count} rows in {table}")


def _case(stage: Stage, application_id: int) -> Case:
    engine = open_database(f"sqlite:///{_database(stage)}")
    case = Repository(engine).case(application_id)
    engine.dispose()
    assert case is not None
    return case


def test_every_topic_is_projected_and_simulations_are_marked(stage: Stage) -> None:
    score = a_score(offset=1)
    what_if = a_score(offset=2, purpose=Purpose.SIMULATION)
    _publish(stage, SCORES, score, what_if)
    _publish(stage, EXPLANATIONS, an_explanation(score))
    _publish(stage, OUTCOMES, an_outcome(defaulted=True))
    _publish(stage, DRIFT, a_drift_report())
    with _projector(stage) as projector:
        projector.wait_ready()
        for table, count in (("scores", 2), ("explanations", 1), ("outcomes", 1)):
            _wait_for(stage, table, count)
        _wait_for(stage, "drift_reports", 1)
        assert projector.stop() == 0
    case = _case(stage, score.application_id)
    assert [one.event.purpose for one in case.scores] == [Purpose.SIMULATION, Purpose.DECISION]
    assert case.scores[1].in_force
    assert case.scores[1].explanation == an_explanation(score)
    assert stage.committed(SCORES, SERVICE) == 2


def test_duplicates_re_scores_and_late_redeliveries(stage: Stage) -> None:
    first, second = a_score(offset=10), a_score(offset=20, decision=Decision.DECLINE)
    late = a_score(offset=15)
    other_model = msgspec.structs.replace(second, model_version="2", probability=0.9)
    _publish(stage, SCORES, first, first, second, late, other_model, a_score(2, 0))
    with _projector(stage) as projector:
        projector.wait_ready()
        wait_until(lambda: stage.committed(SCORES, SERVICE) == 6, _SECONDS, "all is committed")
        assert projector.metric("query_api_ignored_scores_total") == 3
    case = _case(stage, first.application_id)
    assert [one.event for one in case.scores] == [second, first]
    assert [one.in_force for one in case.scores] == [True, False]


@pytest.mark.parametrize("kills", [3])
def test_killed_in_the_middle_it_resumes_exactly(stage: Stage, kills: int) -> None:
    total = 2_400
    scores = [a_score(100_001 + at, at) for at in range(total)]
    _publish(stage, SCORES, *scores)
    _publish(stage, EXPLANATIONS, *(an_explanation(score) for score in scores))
    for kill in range(1, kills + 1):
        with _projector(stage, BATCH_SIZE="16") as projector:
            _wait_for(stage, "scores", kill * total // (kills + 2))
            projector.process.kill()
    done = _count(stage, "scores")
    assert done < total, "the projector was never killed in the middle"
    with _projector(stage) as projector:
        projector.wait_ready()
        _wait_for(stage, "scores", total)
        _wait_for(stage, "explanations", total)
        wait_until(
            lambda: stage.committed(SCORES, SERVICE) == total, _SECONDS, "the end is committed"
        )
        # exactly: what was stored before the kill was not even read again
        assert projector.metric("query_api_ignored_scores_total") == 0
        read = projector.metric("creditstream_records_total", topic=SCORES.name)
        assert read == total - done
    assert stage.count(SCORES.dead_letters(SERVICE)) == 0
    assert _case(stage, 100_001 + total - 1).scores[0].explanation is not None


_BAD: dict[Reason, tuple[bytes | None, bytes | None]] = {
    Reason.TOMBSTONE: (b"1", None),
    Reason.EMPTY: (b"2", b""),
    Reason.NOT_UTF8: (b"3", b"\xff\xfe"),
    Reason.NOT_JSON: (b"4", b"{"),
    Reason.NOT_AN_OBJECT: (b"5", b"[]"),
    Reason.MISSING_FIELD: (b"6", b'{"application_id": 6}'),
    Reason.KEY_MISMATCH: (b"7", encode(a_score(8))),
    Reason.IMPOSSIBLE_VALUE: (
        b"9",
        encode(a_score(9)).replace(b'"probability":0.12', b'"probability":1.2'),
    ),
}


def test_each_bad_event_is_a_dead_letter_with_its_reason(stage: Stage) -> None:
    stage.publish(SCORES, list(_BAD.values()), headers=[("note", b"\xff")])
    _publish(stage, SCORES, a_score())
    letters = SCORES.dead_letters(SERVICE)
    with _projector(stage) as projector:
        projector.wait_ready()
        _wait_for(stage, "scores", 1)
        wait_until(lambda: stage.count(letters) == len(_BAD), _SECONDS, "all dead letters")
        assert projector.metric("creditstream_dead_letters_total", service=SERVICE) == len(_BAD)
    found = {dict(letter.headers)["dlq_reason"]: letter for letter in stage.read(letters)}
    assert found.keys() == {reason.value.encode() for reason in _BAD}
    for reason, (key, value) in _BAD.items():
        letter = found[reason.value.encode()]
        assert (letter.key, letter.value) == (key, value)
        assert dict(letter.headers)["note"] == b"\xff"


@pytest.mark.parametrize("topic", [EXPLANATIONS, OUTCOMES, DRIFT])
def test_a_bad_event_of_any_topic_is_a_dead_letter(stage: Stage, topic: Topic) -> None:
    stage.publish(topic, [(b"1", b"{")])
    with _projector(stage) as projector:
        projector.wait_ready()
        letters = topic.dead_letters(SERVICE)
        wait_until(lambda: stage.count(letters) == 1, _SECONDS, "the dead letter")


def test_too_many_dead_letters_in_a_row_hold_it_until_it_is_resumed(stage: Stage) -> None:
    stage.publish(SCORES, [(b"1", b"{")] * 30)
    with _projector(stage, DEAD_LETTER_LIMIT="10", BATCH_SIZE="5") as projector:
        wait_until(
            lambda: "dead letters" in projector.reasons(), _SECONDS, "it says that it is held"
        )
        assert stage.count(SCORES.dead_letters(SERVICE)) == 10
        for _ in range(2):
            projector.get("/resume", "POST")
            wait_until(lambda: "dead letters" in projector.reasons(), _SECONDS, "held again")
        assert stage.count(SCORES.dead_letters(SERVICE)) == 30


def test_a_full_disk_ends_it_with_a_clear_error_and_it_resumes_exactly(stage: Stage) -> None:
    scores = [a_score(number, number, features="x" * 4_000) for number in range(1, 401)]
    with _projector(stage) as projector:  # makes the tables, whose size is not the point
        projector.wait_ready()
    _publish(stage, SCORES, *scores)
    limited = ["-c", _LIMITED.format(limit=600_000)]
    with _projector(stage, limited, BATCH_SIZE="20") as projector:
        wait_until(lambda: projector.process.exit_code is not None, _SECONDS, "it ends")
        assert projector.process.exit_code == 1
        last = projector.logged()[-1]
        assert last["level"] == "CRITICAL"
        assert "store.db" in last["message"]
    stored = _count(stage, "scores")
    assert 0 < stored < len(scores)
    assert stage.committed(SCORES, SERVICE) <= stored
    with _projector(stage) as projector:
        projector.wait_ready()
        _wait_for(stage, "scores", len(scores))
        assert projector.metric("query_api_ignored_scores_total") == 0


def test_a_store_that_is_away_ends_it_with_a_clear_error(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUERY_API_DATABASE_URL", "postgresql://desk:secret@127.0.0.1:1/none")
    with _projector(stage) as projector:
        wait_until(lambda: projector.process.exit_code is not None, _SECONDS, "it ends")
        assert projector.process.exit_code == 1
        log = projector.log.read_text()
        assert "127.0.0.1:1/none" in log
        assert "secret" not in log


def _ends_as_foreign(projector: ServiceProcess) -> None:
    wait_until(lambda: projector.process.exit_code is not None, _SECONDS, "it ends")
    assert projector.process.exit_code == 1
    assert "a store of another Kafka" in projector.logged()[-1]["message"]


def test_a_store_of_another_kafka_is_refused(stage: Stage, own_kafka: LocalKafka) -> None:
    with _projector(stage) as projector:
        projector.wait_ready()
        _wait_for(stage, "origin", 1)
    other = Stage(KafkaSettings(bootstrap_servers=own_kafka.bootstrap), stage.mlflow, stage.folder)
    create_missing_topics(other.kafka)
    with _projector(other) as projector:
        _ends_as_foreign(projector)


def test_topics_that_were_made_anew_are_refused(stage: Stage) -> None:
    _publish(stage, SCORES, *(a_score(offset=offset) for offset in range(5)))
    with _projector(stage) as projector:
        projector.wait_ready()
        _wait_for(stage, "scores", 5)
    TopicFactory(stage.kafka.bootstrap_servers, stage.kafka.topic_prefix).delete_all()
    wait_until(lambda: create_missing_topics(stage.kafka), _SECONDS, "the topics are made anew")
    _publish(stage, SCORES, a_score(offset=5))
    with _projector(stage) as projector:
        _ends_as_foreign(projector)


def test_a_bad_setting_is_named(stage: Stage) -> None:
    with _projector(stage, HTTP_PORT="many") as projector:
        wait_until(lambda: projector.process.exit_code is not None, _SECONDS, "it ends")
        assert projector.process.exit_code == 2
        assert "PROJECTOR_HTTP_PORT" in projector.log.read_text()


def test_without_kafka_it_keeps_trying_and_says_so(stage: Stage, free_port: int) -> None:
    nowhere = Stage(
        KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}"), stage.mlflow, stage.folder
    )
    with _projector(nowhere) as projector:
        wait_until(lambda: "kafka" in projector.reasons(), _SECONDS, "it says what is missing")
        assert projector.get("/healthz")[0] == 200
        assert projector.stop() == 0


def test_what_lay_in_the_topics_is_projected_on_postgresql_as_well(
    stage: Stage, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUERY_API_DATABASE_URL", postgres_url)
    score = a_score(700_001, 1)
    _publish(stage, SCORES, score)
    engine = open_database(postgres_url)
    with _projector(stage) as projector:
        projector.wait_ready()
        case = wait_until(
            lambda: Repository(engine).case(700_001), _SECONDS, "the score in PostgreSQL"
        )
    engine.dispose()
    assert case is not None
    assert case.scores[0].event == score
