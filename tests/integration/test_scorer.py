import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.application import LoanApplication
from contracts.codec import decode, encode
from contracts.errors import Reason
from contracts.events import Decision, HistoryStatus, LoanScored, Purpose
from contracts.ids import score_id
from contracts.packing import unpack
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS, HISTORIES, SCORES, Topic
from tests.builders import NOON, a_history, a_manifest, an_application
from tests.services import ServiceProcess, Stage, a_stage
from tests.waiting import wait_until

_BROKEN_HEADER = str(Path(__file__).with_name("broken_header.py"))
_SECONDS = 30
_APPLICATION_LETTERS = APPLICATIONS.dead_letters("scorer")
_HISTORY_LETTERS = HISTORIES.dead_letters("scorer")


@pytest.fixture(scope="module")
def stage(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with a_stage(kafka_bootstrap, tmp_path_factory.mktemp("scorer")) as stage:
        stage.publish(HISTORIES, [(b"100001", encode(a_history(100_001)))])
        yield stage


@pytest.fixture(scope="module")
def scorer(stage: Stage) -> Iterator[ServiceProcess]:
    with ServiceProcess(["-m", "scorer"], stage, "SCORER") as process:
        yield process.wait_ready()


def keyed(application: LoanApplication) -> tuple[bytes, bytes]:
    return str(application.SK_ID_CURR).encode(), encode(application)


def scores_of(stage: Stage, application_id: int, count: int = 1) -> list[LoanScored]:
    """The scores of one application, as soon as there are `count`."""

    def found() -> list[LoanScored]:
        decoded = [decode(record.value, LoanScored) for record in stage.read(SCORES)]
        scores = [one for one in decoded if one.application_id == application_id]
        return scores if len(scores) >= count else []

    return wait_until(found, _SECONDS, f"{count} scores of {application_id}")


def letters_of(stage: Stage, topic: Topic, key: bytes | None) -> list[RawRecord]:
    """The dead letters under one key, as soon as there are any."""

    def found() -> list[RawRecord]:
        return [record for record in stage.read(topic) if record.key == key]

    return wait_until(found, _SECONDS, f"a dead letter of {key!r}")


def told(record: RawRecord, name: str) -> str:
    return (dict(record.headers)[name] or b"").decode()


def changed(application_id: int, **columns: object) -> bytes:
    plain = json.loads(encode(an_application(application_id)))
    return json.dumps(plain | columns).encode()


@pytest.mark.usefixtures("scorer")
def test_a_bare_publish_is_scored_and_its_place_is_its_event_id(stage: Stage) -> None:
    stage.publish(APPLICATIONS, [(None, encode(an_application(200_001)))])
    scored = scores_of(stage, 200_001)[0]
    place = (
        f"{stage.kafka.topic_name(APPLICATIONS)}-{scored.source_partition}-{scored.source_offset}"
    )
    assert scored.application_event_id == place
    assert scored.score_id == score_id(place)
    assert abs(dt.datetime.now(dt.UTC) - scored.applied_at) < dt.timedelta(minutes=1)


@pytest.mark.usefixtures("scorer")
def test_a_score_is_a_cloud_event_in_the_trace_of_its_application(stage: Stage) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {
        "ce_id": "event-1",
        "ce_time": NOON.isoformat(),
        "ce_purpose": "simulation",
        "traceparent": f"00-{trace}-b7ad6b7169203331-01",
    }
    encoded = [(name, text.encode()) for name, text in headers.items()]
    stage.publish(APPLICATIONS, [keyed(an_application(200_002))], encoded)
    scored = scores_of(stage, 200_002)[0]
    assert (scored.applied_at, scored.purpose) == (NOON, Purpose.SIMULATION)
    record = next(one for one in stage.read(SCORES) if one.key == b"200002")
    assert told(record, "ce_id") == scored.score_id == score_id("event-1")
    assert told(record, "ce_type") == "loan.scored.v1"
    assert told(record, "ce_source") == "scorer"
    assert told(record, "ce_subject") == "200002"
    assert told(record, "ce_purpose") == "simulation"
    assert told(record, "traceparent").split("-")[1] == trace
    assert told(record, "traceparent") != headers["traceparent"]


@pytest.mark.usefixtures("scorer")
def test_a_history_is_joined_and_one_that_was_overtaken_is_unknown_and_referred(
    stage: Stage,
) -> None:
    stage.publish(APPLICATIONS, [keyed(an_application(100_001)), keyed(an_application(100_002))])
    present, unknown = scores_of(stage, 100_001)[0], scores_of(stage, 100_002)[0]
    assert present.history_status is HistoryStatus.PRESENT
    names = a_manifest().features
    row = dict(zip(names, unpack(present.features, len(names)), strict=True))
    assert row["LOAN_COUNT"] == 3
    assert unknown.history_status is HistoryStatus.UNKNOWN
    assert unknown.decision is Decision.REFER


def test_histories_change_the_view_as_they_come(stage: Stage, scorer: ServiceProcess) -> None:
    def outcome(name: str, at_least: float) -> None:
        wait_until(
            lambda: scorer.metric("scorer_history_records_total", outcome=name) >= at_least,
            _SECONDS,
            f"{at_least} histories {name}",
        )

    key, newer = b"100003", NOON + dt.timedelta(days=1)
    stage.publish(HISTORIES, [(key, encode(a_history(100_003, [0.5, 1, 1], as_of=newer)))])
    stage.publish(HISTORIES, [(key, encode(a_history(100_003, [0.9, 9, 9])))])
    outcome("outdated", 1)
    stage.publish(APPLICATIONS, [keyed(an_application(100_003))])
    assert scores_of(stage, 100_003)[0].history_as_of == newer
    stage.publish(HISTORIES, [(key, None)])
    outcome("deleted", 1)
    stage.publish(APPLICATIONS, [keyed(an_application(100_003))])
    assert scores_of(stage, 100_003, 2)[1].history_status is HistoryStatus.UNKNOWN


@pytest.mark.usefixtures("scorer")
def test_the_same_application_event_gets_the_same_score_id_again(stage: Stage) -> None:
    for _ in range(2):
        stage.publish(APPLICATIONS, [keyed(an_application(200_003))], [("ce_id", b"event-3")])
    first, second = scores_of(stage, 200_003, 2)
    assert first.score_id == second.score_id
    assert first.source_offset < second.source_offset
    assert first.raw_score == second.raw_score


def test_unknown_levels_and_columns_are_scored_and_counted(
    stage: Stage, scorer: ServiceProcess
) -> None:
    value = changed(200_004, OCCUPATION_TYPE="Astronaut", SHOE_SIZE=43, HOBBY="chess")
    stage.publish(APPLICATIONS, [(b"200004", value)])
    scores_of(stage, 200_004)
    assert scorer.metric("scorer_unseen_levels_total", column="OCCUPATION_TYPE") >= 1
    assert scorer.metric("scorer_unknown_columns_total") >= 2


BAD_APPLICATIONS = [
    ("not JSON", b"{", Reason.NOT_JSON),
    ("not UTF-8", b'{"SK_ID_CURR": 1, "CODE_GENDER": "\xff"}', Reason.NOT_UTF8),
    ("not an object", b"[1]", Reason.NOT_AN_OBJECT),
    ("empty", b"", Reason.EMPTY),
    ("tombstone", None, Reason.TOMBSTONE),
    ("wrong type", changed(300_001, AMT_CREDIT="much"), Reason.WRONG_TYPE),
    ("negative income", changed(300_001, AMT_INCOME_TOTAL=-1), Reason.IMPOSSIBLE_VALUE),
    ("born tomorrow", changed(300_001, DAYS_BIRTH=1), Reason.IMPOSSIBLE_VALUE),
    ("infinite", changed(300_001, AMT_CREDIT=float("inf")), Reason.IMPOSSIBLE_VALUE),
    ("no id", b'{"AMT_CREDIT": 1}', Reason.BAD_ID),
    ("id is no integer", changed(300_001, SK_ID_CURR="x"), Reason.BAD_ID),
    ("key of another", changed(300_001), Reason.KEY_MISMATCH),
    (
        "column twice",
        b'{"SK_ID_CURR": 1, "AMT_CREDIT": 1, "AMT_CREDIT": 2}',
        Reason.DUPLICATE_FIELD,
    ),
    ("at the limit", b"{" * (APPLICATIONS.max_message_bytes - 1_000), Reason.NOT_JSON),
]


@pytest.mark.usefixtures("scorer")
def test_a_bad_application_is_dead_lettered_whole_and_does_not_block_the_next(
    stage: Stage,
) -> None:
    headers = [("ce_id", b"bad-1"), ("x-note", b"\xff\x00")]
    bad = [(name.encode(), value) for name, value, _ in BAD_APPLICATIONS]
    stage.publish(APPLICATIONS, bad, headers)
    stage.publish(APPLICATIONS, [keyed(an_application(300_002))])
    scores_of(stage, 300_002)
    for name, value, reason in BAD_APPLICATIONS:
        letter = letters_of(stage, _APPLICATION_LETTERS, name.encode())[0]
        assert (told(letter, "dlq_reason"), letter.value) == (reason, value), name
        assert list(letter.headers[:2]) == headers
        assert told(letter, "dlq_topic") == stage.kafka.topic_name(APPLICATIONS)
        assert told(letter, "dlq_event_id") == "bad-1"


@pytest.mark.usefixtures("scorer")
@pytest.mark.parametrize(
    ("name", "content"),
    [("ce_specversion", b"0.3"), ("ce_type", b"loan.scored.v1"), ("ce_time", b"noon")],
)
def test_an_application_with_a_bad_header_is_dead_lettered(
    stage: Stage, name: str, content: bytes
) -> None:
    key, value = keyed(an_application(300_010 + len(name)))
    stage.publish(APPLICATIONS, [(key, value)], [(name, content)])
    letter = letters_of(stage, _APPLICATION_LETTERS, key)[0]
    assert told(letter, "dlq_reason") == Reason.BAD_HEADER
    assert letter.value == value


BAD_HISTORIES = [
    (b"1", b"{", Reason.NOT_JSON),
    (b"2", b"\xff", Reason.NOT_UTF8),
    (b"3", b"", Reason.EMPTY),
    (b"4", b"{}", Reason.BAD_ID),
    (b"5", encode(a_history(6)), Reason.KEY_MISMATCH),
    (b"7", encode(a_history(7, [float("inf")])), Reason.IMPOSSIBLE_VALUE),
    (b"8", encode(a_history(8)).replace(b'"as_of"', b'"as_if"'), Reason.MISSING_FIELD),
    (b"nobody", None, Reason.BAD_ID),
]


@pytest.mark.usefixtures("scorer")
def test_a_bad_history_is_dead_lettered_whole_and_does_not_block_the_next(stage: Stage) -> None:
    stage.publish(HISTORIES, [(key, value) for key, value, _ in BAD_HISTORIES])
    for key, value, reason in BAD_HISTORIES:
        letter = letters_of(stage, _HISTORY_LETTERS, key)[0]
        assert (told(letter, "dlq_reason"), letter.value) == (reason, value)


@pytest.mark.usefixtures("scorer")
def test_an_application_with_a_header_name_that_is_not_utf8_is_dead_lettered(stage: Stage) -> None:
    """The client cannot give such headers: the letter says so and keeps the rest."""
    key, value = keyed(an_application(300_050))
    topic = stage.kafka.topic_name(APPLICATIONS)
    subprocess.run(
        [sys.executable, _BROKEN_HEADER, stage.kafka.bootstrap_servers, topic, key, value],
        env={**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"},
        timeout=_SECONDS,
        check=True,
    )
    letter = letters_of(stage, _APPLICATION_LETTERS, key)[0]
    assert told(letter, "dlq_reason") == Reason.BAD_HEADER
    assert letter.value == value
