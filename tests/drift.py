"""Small things that the drift monitor's tests are made of: scores, panes, references."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from contracts import codec
from contracts.bundle import Calibration, DecisionPolicy
from contracts.events import EVENT_TYPES, Decision, HistoryStatus, LoanScored, Purpose
from contracts.headers import cloud_event_headers, new_traceparent
from contracts.packing import FloatMatrix, FloatVector, pack
from contracts.records import RawRecord
from drift_monitor.columns import Column, column_layout
from drift_monitor.comparison import Profiled
from drift_monitor.profiles import profile
from drift_monitor.reference import Reference, Rescore
from drift_monitor.seen import Source
from drift_monitor.spans import Counted, Span
from drift_monitor.state import Arrived
from drift_monitor.windows import Pane, Window
from runtime.model_bundle import ModelBundle
from tests.builders import HISTORY_VERSION, NOON

NAN = float("nan")
SECOND = dt.timedelta(seconds=1)


def floats(*values: float) -> FloatVector:
    return np.array(values, dtype=np.float32)


def a_counted(at: int = 0, row: Sequence[float] = (0.0,), **changes: dt.datetime) -> Counted:
    """The score number `at`, made `at` seconds after noon."""
    time = NOON + at * SECOND
    times = {"applied_at": time - SECOND, "scored_at": time} | changes
    return Counted(score_id=f"score-{at}", row=floats(*row), **times)


def a_window(matrix: FloatMatrix) -> Window:
    """A window of one pane that holds these rows."""
    scores = [a_counted(at, row.tolist()) for at, row in enumerate(matrix)]
    first, *later = (Span.of(one) for one in scores)
    return Window((Pane(sum(later, start=first), [one.row for one in scores]),))


def arrivals(matrix: FloatMatrix, version: str = "1", first: int = 0) -> Iterator[Arrived]:
    """A score for each row, in order of arrival, all from one partition."""
    for at, row in enumerate(matrix, start=first):
        yield Arrived(Source(0, 0, at), version, a_counted(at, row.tolist()))


def profiled(
    reference: Sequence[float], window: Sequence[float], levels: Sequence[str] | None = None
) -> Profiled:
    """One column named `COLUMN`, a category where it has levels."""
    before = floats(*reference)[:, None]
    (column,) = column_layout(["COLUMN"], before, {"COLUMN": levels} if levels else {}, ())
    (of_reference,) = profile([column], before)
    (of_window,) = profile([column], floats(*window)[:, None])
    return Profiled(column, of_reference, of_window)


def a_reference(
    matrix: FloatMatrix,
    names: Sequence[str],
    *,
    version: str = "1",
    categories: Mapping[str, Sequence[str]] | None = None,
    importance: Mapping[str, float] | None = None,
    rescored: Rescore | None = None,
) -> Reference:
    """A reference of these rows, the last column being the raw score.

    The model takes the sum of a row's features, unless told otherwise.
    """
    columns: tuple[Column, ...] = column_layout(names, matrix, categories or {}, ())
    return Reference(
        model_name="creditstream",
        model_version=version,
        columns=columns,
        profiles=profile(columns, matrix),
        rows=matrix[:, :-1],
        raw_scores=matrix[:, -1],
        rescored=rescored or (lambda features: features.sum(axis=1, dtype=np.float64)),
        importance=importance or {},
        calibration=Calibration(),
        policy=DecisionPolicy(approve_below=0.1, decline_from=0.3),
    )


def normal_rows(rows: int, columns: int, seed: int, shift: float = 0.0) -> FloatMatrix:
    """Independent normal values; `shift` moves the first column."""
    values: npt.NDArray[np.float64] = np.random.default_rng(seed).normal(size=(rows, columns))
    values[:, 0] += shift
    return values.astype(np.float32)


def scores_of(
    bundle: ModelBundle,
    features: FloatMatrix,
    *,
    first: int = 0,
    purpose: Purpose = Purpose.DECISION,
) -> list[LoanScored]:
    """The score of each row by the bundle, made one second after the other."""
    manifest = bundle.manifest
    return [
        LoanScored(
            application_id=100_001 + at,
            score_id=f"score-{at}",
            application_event_id=f"loan.applications-0-{at}",
            purpose=purpose,
            applied_at=NOON + at * SECOND,
            scored_at=NOON + (at + 1) * SECOND,
            source_partition=0,
            source_offset=at,
            model_name=bundle.name,
            model_version=bundle.version,
            feature_version=manifest.feature_version,
            history_version=HISTORY_VERSION,
            history_status=HistoryStatus.PRESENT,
            history_as_of=NOON,
            raw_score=raw_score,
            probability=manifest.calibration.probability(raw_score),
            points=600,
            decision=Decision.REFER,
            features=pack(row),
        )
        for at, (row, raw_score) in enumerate(
            zip(features, bundle.raw_scores(features).tolist(), strict=True), start=first
        )
    ]


def headers_of(score: LoanScored) -> list[tuple[str, bytes]]:
    """The headers that the scorer gives a score."""
    return cloud_event_headers(
        event_id=score.score_id,
        event_type=EVENT_TYPES[LoanScored],
        source="scorer",
        subject=str(score.application_id),
        time=score.scored_at,
        traceparent=new_traceparent(),
        purpose=score.purpose,
    )


def record_of(score: LoanScored, offset: int = 0, partition: int = 0) -> RawRecord:
    """The record of a score in the topic of scores."""
    return RawRecord(
        topic="loan.scores",
        partition=partition,
        offset=offset,
        key=str(score.application_id).encode(),
        value=codec.encode(score),
        headers=tuple(headers_of(score)),
    )
