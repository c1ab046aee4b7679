"""From records of the history topic to changes of the view; bad ones become dead letters."""

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np

from contracts.codec import decode
from contracts.errors import InvalidEvent, Reason
from contracts.events import EVENT_TYPES, HistoryAggregated
from contracts.packing import FloatVector, unpack
from contracts.records import RawRecord
from runtime.dead_letters import DeadLetter
from runtime.intake import receive_with, refuse
from scorer.history_store import Change
from scorer.scoring import History

_ID = re.compile(rb"[1-9][0-9]{0,18}")


def history_changes(
    records: Sequence[RawRecord], service: str
) -> tuple[list[Change], list[DeadLetter]]:
    """What the records change, in their order in each partition, and those that are refused.

    A record without a value (a tombstone) is valid here alone: it forgets its key's history.

    The view is per process: each worker reads the whole topic, and again after it lost its state.
    So a bad record is dead-lettered once per worker and rebuild, always under the same event id
    (its own, or its place in the topic): whoever reads the dead letters keeps the first.
    """
    received, letters = receive_with(
        [record for record in records if record.value is not None],
        service,
        ce_type=EVENT_TYPES[HistoryAggregated],
        decode=_decoded,
        application_id=lambda change: change.application_id,
    )
    changes = [(one.record, one.event) for one in received]
    for record in records:
        if record.value is None:
            try:
                changes.append((record, Change(_id(record.key), None)))
            except InvalidEvent as error:
                letters.append(refuse(record, service, error.reason, str(error)))
    changes.sort(key=lambda pair: (pair[0].partition, pair[0].offset))
    return [change for _, change in changes], letters


def _decoded(value: bytes | None) -> Change:
    event = decode(value, HistoryAggregated)
    features = None if event.features is None else _unpacked(event.features)
    try:
        as_of = event.as_of.astimezone(dt.UTC)
    except OverflowError as error:
        raise InvalidEvent(Reason.IMPOSSIBLE_VALUE, f"as_of {event.as_of}: {error}") from error
    return Change(event.application_id, History(as_of, event.history_version, features))


def _unpacked(text: str) -> FloatVector:
    """The features, however many: whether they fit a model is seen when it scores."""
    features = unpack(text, (len(text) // 4 * 3 - text.count("=")) // 4)
    if np.isinf(features).any():
        raise InvalidEvent(Reason.IMPOSSIBLE_VALUE, "a history feature is infinite")
    return features


def _id(key: bytes | None) -> int:
    if key is None or not _ID.fullmatch(key) or int(key) >= 2**63:
        told = (key or b"")[:50].decode(errors="backslashreplace")
        raise InvalidEvent(Reason.BAD_ID, f"a tombstone's key must be an id, not {told!r}")
    return int(key)
