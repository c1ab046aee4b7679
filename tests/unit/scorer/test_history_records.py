import numpy as np
import pytest

from contracts.codec import encode
from contracts.errors import Reason
from contracts.packing import pack
from contracts.records import RawRecord
from scorer.history_records import history_changes
from tests.builders import NOON, a_history


def record(
    value: bytes | None, key: bytes | None = b"100001", offset: int = 0, partition: int = 0
) -> RawRecord:
    return RawRecord("loan.histories", partition, offset, key, value)


def refused(*records: RawRecord) -> list[tuple[Reason, str]]:
    changes, letters = history_changes(records, "scorer")
    assert not changes
    return [(letter.reason, letter.event_id) for letter in letters]


def test_a_history_is_taken_with_its_features() -> None:
    changes, letters = history_changes([record(encode(a_history()))], "scorer")
    assert not letters
    assert changes[0].application_id == 100_001
    history = changes[0].history
    assert history is not None
    assert history.features is not None
    assert history.features.tolist() == [0.25, 40_000, 3]
    assert history.as_of == NOON


def test_null_features_say_that_there_is_no_history() -> None:
    changes, _ = history_changes([record(encode(a_history(values=None)))], "scorer")
    assert changes[0].history is not None
    assert changes[0].history.features is None


def test_a_tombstone_forgets_its_key() -> None:
    changes, letters = history_changes([record(None)], "scorer")
    assert not letters
    assert (changes[0].application_id, changes[0].history) == (100_001, None)


def test_tombstones_and_histories_keep_their_order() -> None:
    value = encode(a_history())
    records = [record(None, offset=4), record(value, offset=5), record(None, offset=6)]
    changes, _ = history_changes(records, "scorer")
    assert [change.history is None for change in changes] == [True, False, True]


@pytest.mark.parametrize("key", [None, b"", b"x", b"-1", b"0", b"007", b"9" * 19, b"\xff"])
def test_a_tombstone_without_an_id_as_key_is_refused(key: bytes | None) -> None:
    assert refused(record(None, key)) == [(Reason.BAD_ID, "loan.histories-0-0")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"{", Reason.NOT_JSON),
        (b"\xff", Reason.NOT_UTF8),
        (b"[]", Reason.NOT_AN_OBJECT),
        (b"{}", Reason.BAD_ID),
        (encode(a_history(100_002)), Reason.KEY_MISMATCH),
        (encode(a_history(values=[1.0, np.inf])), Reason.IMPOSSIBLE_VALUE),
    ],
)
def test_a_malformed_history_is_refused_with_its_reason(value: bytes, reason: Reason) -> None:
    assert refused(record(value)) == [(reason, "loan.histories-0-0")]


@pytest.mark.parametrize("features", ["?", "AAAA", pack(np.zeros(3))[:-1]])
def test_features_that_are_no_vector_are_refused(features: str) -> None:
    value = encode(a_history()).replace(
        pack(np.array([0.25, 40_000, 3])).encode(), features.encode()
    )
    assert refused(record(value))[0][0] in {Reason.WRONG_TYPE, Reason.WRONG_VERSION}


def test_a_refused_history_has_the_same_event_id_at_every_rebuild() -> None:
    bad = record(b"{", offset=12, partition=3)
    assert refused(bad) == refused(bad) == [(Reason.NOT_JSON, "loan.histories-3-12")]


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_a_date_that_no_calendar_holds_in_utc_is_refused(as_of: str) -> None:
    good = encode(a_history(7)).decode()
    value = good.replace(a_history(7).as_of.isoformat().replace("+00:00", "Z"), as_of)
    assert as_of in value
    assert [reason for reason, _ in refused(record(value.encode()))] == [Reason.IMPOSSIBLE_VALUE]
