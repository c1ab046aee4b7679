import datetime as dt

from contracts.records import RawRecord


def test_a_record_is_named_by_its_place() -> None:
    assert RawRecord("loan.scores", 3, 17, None, None).where == "loan.scores[3]@17"


def test_the_time_of_a_record_is_in_utc_to_the_millisecond() -> None:
    record = RawRecord("loan.scores", 0, 0, None, None, timestamp_ms=1_715_688_000_123)
    assert record.time == dt.datetime(2024, 5, 14, 12, 0, 0, 123_000, dt.UTC)
