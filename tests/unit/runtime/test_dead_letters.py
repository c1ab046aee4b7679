import pytest

from contracts.errors import Reason
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS
from runtime.dead_letters import DeadLetter, DeadLetterLimit, send_dead_letters
from runtime.intake import condemn, refuse
from tests.fakes import FakeBroker


def _record(offset: int = 0) -> RawRecord:
    headers = (("ce_id", b"event-7"), ("any", b"\xff"), ("none", None))
    return RawRecord("loan.applications", 2, offset, b"\xfekey", b"\xffvalue", headers, 1000)


def test_a_dead_letter_keeps_the_record_untouched_and_says_where_from_and_why() -> None:
    broker = FakeBroker()
    producer = broker.producer("scorer")
    letter = refuse(_record(5), "scorer", Reason.NOT_UTF8, "the value is not UTF-8")
    send_dead_letters(producer, broker.kafka, [letter])
    producer.flush_or_raise()
    (sent,) = broker.records(APPLICATIONS.dead_letters("scorer"))
    assert (sent.key, sent.value) == (b"\xfekey", b"\xffvalue")
    assert list(sent.headers[:3]) == list(_record().headers)
    told = dict(sent.headers[3:])
    assert told["dlq_topic"] == b"loan.applications"
    assert (told["dlq_partition"], told["dlq_offset"]) == (b"2", b"5")
    assert told["dlq_timestamp"] == b"1000"
    assert (told["dlq_service"], told["dlq_reason"]) == (b"scorer", b"not_utf8")
    assert (told["dlq_message"], told["dlq_event_id"]) == (b"the value is not UTF-8", b"event-7")


def test_a_bare_records_dead_letter_is_known_by_its_place() -> None:
    bare = RawRecord("loan.applications", 2, 9, None, b"")
    assert refuse(bare, "scorer", Reason.EMPTY, "").event_id == "loan.applications-2-9"


def test_the_headers_of_the_longest_message_fit_the_headroom() -> None:
    letter = DeadLetter(_record(), "scorer", Reason.NOT_JSON, "é" * 100_000, "x" * 200)
    size = sum(len(name) + len(value or b"") for name, value in letter.headers())
    room = APPLICATIONS.dead_letters("scorer").max_message_bytes - APPLICATIONS.max_message_bytes
    assert size < room


def test_a_condemned_record_says_crash() -> None:
    (letter,) = condemn([_record()], "scorer")
    assert letter.reason is Reason.CRASH


@pytest.mark.parametrize(
    ("batches", "paused"),
    [
        (["xx", "x"], True),
        (["xx", ".x"], False),
        (["xxx.."], True),  # a good record behind them does not undo the alarm
        (["x.x.x.x"], False),
        ([".", "x", "x", "x"], True),
    ],
)
def test_the_limit_counts_dead_letters_in_a_row_over_batches(
    batches: list[str], *, paused: bool
) -> None:
    limit, offset = DeadLetterLimit(3), 0
    for batch in batches:
        records = [_record(offset + at) for at in range(len(batch))]
        refused = [r for r, mark in zip(records, batch, strict=True) if mark == "x"]
        limit.observe(records, [refuse(r, "scorer", Reason.EMPTY, "") for r in refused])
        offset += len(batch)
    assert limit.paused == paused
    limit.resume()
    assert not limit.paused


def test_a_value_that_only_fitted_while_compressed_is_left_out_and_its_place_told() -> None:
    broker = FakeBroker()
    producer = broker.producer("scorer")
    target = APPLICATIONS.dead_letters("scorer")
    record = RawRecord("loan.applications", 2, 9, b"7", b"x" * target.max_message_bytes, (), 1000)
    send_dead_letters(producer, broker.kafka, [refuse(record, "scorer", Reason.NOT_JSON, "no")])
    producer.flush_or_raise()
    (sent,) = broker.records(target)
    told = dict(sent.headers)
    assert (sent.key, sent.value) == (b"7", None)
    assert (told["dlq_partition"], told["dlq_offset"]) == (b"2", b"9")
    assert b"the topic takes" in (told["dlq_value_left_out"] or b"")
