import pytest

from contracts import codec
from contracts.errors import Reason
from contracts.events import HistoryAggregated
from contracts.records import RawRecord
from runtime.intake import receive
from tests.builders import a_history


def _record(offset: int, key: bytes | None, value: bytes | None) -> RawRecord:
    return RawRecord("loan.histories", 0, offset, key, value, (), 1_700_000_000_000)


def test_good_records_become_events_in_order_and_bad_ones_dead_letters() -> None:
    good = codec.encode(a_history(7))
    records = [_record(0, b"7", good), _record(1, b"7", b"{"), _record(2, None, good)]
    received, letters = receive(records, HistoryAggregated, "scorer")
    assert [r.record.offset for r in received] == [0, 2]
    assert [r.event.application_id for r in received] == [7, 7]
    assert received[0].envelope.event_id == "loan.histories-0-0"
    assert [(one.record.offset, one.reason) for one in letters] == [(1, Reason.NOT_JSON)]


@pytest.mark.parametrize("key", [b"8", b"", b"\xff", b"07"])
def test_a_key_that_names_another_application_is_refused(key: bytes) -> None:
    received, letters = receive(
        [_record(0, key, codec.encode(a_history(7)))], HistoryAggregated, "scorer"
    )
    assert not received
    assert letters[0].reason is Reason.KEY_MISMATCH


def test_a_bad_header_refuses_the_record() -> None:
    value = codec.encode(a_history(7))
    record = RawRecord("loan.histories", 0, 3, b"7", value, [("ce_type", b"loan.outcome.v1")])
    _, letters = receive([record], HistoryAggregated, "scorer")
    assert letters[0].reason is Reason.BAD_HEADER
