"""The work of the scorer as one function of a batch, for every contestant the same.

Only the trees differ: the scorer and the bare loop, which is its ceiling, have the compiled ones;
whoever writes a scorer in another framework has LightGBM's `predict`, and gives it whole batches
where the framework has any. What the framework itself costs, and what it would cost with our trees,
stands in rows of its own: records passed through, and each framework once more with them.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import msgspec

from bench.peers.assignment import Assignment, Mode
from contracts.codec import encode
from contracts.events import EVENT_TYPES, LoanScored
from contracts.headers import Envelope, child_traceparent, cloud_event_headers
from contracts.records import Headers, RawRecord
from runtime.compiled_code import kept
from runtime.lean import set_aside
from runtime.model_bundle import ModelBundle, read_bundle
from runtime.tree_kernel import evaluate
from scorer.applications import receive_applications
from scorer.history_store import HistoryStore
from scorer.scoring import BatchScorer

_STORE_BYTES = 4 * 1024**3


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to publish."""

    key: bytes
    value: bytes
    headers: Headers


Work = Callable[[Sequence[RawRecord]], list[Output]]


class BadBacklogError(RuntimeError):
    """The backlog holds a record that is no application: the measurement would compare nothing."""


class NotCompiledError(RuntimeError):
    """The compiled trees cannot be used here."""


def open_work(assignment: Assignment) -> Work:
    """The work that is asked for, with the model and the histories it needs.

    They and all modules are set aside, as the scorer does: every contestant has that advantage.
    """
    work = IDLE_WORK[assignment.mode] if assignment.mode in IDLE_WORK else _scoring(assignment)
    set_aside()
    return work


def pass_through(records: Sequence[RawRecord]) -> list[Output]:
    """Every record as it is."""
    return [Output(record.key or b"", record.value or b"", record.headers) for record in records]


def receipt(records: Sequence[RawRecord]) -> list[Output]:
    """The id of every record's event, which its first CloudEvents header bears."""
    return [Output(record.key or b"", _event_id(record), []) for record in records]


IDLE_WORK: Mapping[Mode, Work] = {"pass": pass_through, "receipt": receipt}
"""What leaves the framework's own cost: nothing is done to a record."""


def _event_id(record: RawRecord) -> bytes:
    return next(value for name, value in record.headers if name == "ce_id") or b""


def _scoring(assignment: Assignment) -> Work:
    scorer = BatchScorer(_model(assignment))
    histories = HistoryStore(assignment.histories, _STORE_BYTES)

    def score(records: Sequence[RawRecord]) -> list[Output]:
        applied, letters = receive_applications(records, "scorer")
        if letters:
            raise BadBacklogError(f"{letters[0].record.where}: {letters[0].message}")
        found = histories.lookup([one.application.SK_ID_CURR for one in applied])
        batch = scorer.score(applied, found, dt.datetime.now(dt.UTC))
        pairs = zip(batch.scores, applied, strict=True)
        return [_output(scored, one.envelope) for scored, one in pairs]

    return score


def _model(assignment: Assignment) -> ModelBundle:
    """The model; its trees compiled, if so told, as the scorer has them soon after its start.

    Raises:
        NotCompiledError: they are not; the scorer would be compared with LightGBM.
    """
    bundle = read_bundle(assignment.model, "creditstream", "1")
    if assignment.trees == "LightGBM":
        return bundle
    with kept(assignment.model.parent / "compiled", evaluate):
        if not bundle.compile_trees():
            raise NotCompiledError("the trees were not compiled; the log says why")
    return bundle


def _output(scored: LoanScored, cause: Envelope) -> Output:
    headers = cloud_event_headers(
        event_id=scored.score_id,
        event_type=EVENT_TYPES[LoanScored],
        source="scorer",
        subject=str(scored.application_id),
        time=scored.scored_at,
        traceparent=child_traceparent(cause.traceparent),
        purpose=scored.purpose,
    )
    return Output(str(scored.application_id).encode(), encode(scored), headers)
