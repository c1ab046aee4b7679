"""What a report says: one file held against another, as a whole and in windows. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from contracts.application import CATEGORICAL, COLUMNS, NUMERIC
from contracts.events import ColumnDistance
from contracts.features import DERIVED
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import Detectors
from drift_monitor.distances import all_distances, drawn_columns
from drift_monitor.policy import Judged, Policy, alerted_columns, drifted_columns
from drift_monitor.report import drifted_in_order
from drift_monitor.reporting.tables import TARGET, Table
from drift_monitor.sample import Sample, SampleError
from drift_monitor.two_samples import SampleReference, compare_with, sample_reference

_DRAWN = 12  # features that are drawn though they did not move
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Question:
    """How files are compared.

    Attributes:
        policy: when a difference counts.
        window: rows in a window of the current file.
        least: rows in a last window that is shorter.
        untested: columns that are shown and not judged.
        importance: the model's, by feature; empty where no model is known.
        model: its name and version; empty likewise.
    """

    policy: Policy
    window: int
    least: int
    untested: Collection[str] = ()
    importance: Mapping[str, float] = field(default_factory=dict)
    model: str = ""


@dataclass(frozen=True, slots=True)
class WindowFindings:
    """The verdict on successive rows of the current file, the first being row 1.

    Attributes:
        first: row.
        last: row.
        drifted: columns with a verdict, the weightiest first.
        alerted: columns whose verdicts add up, given the windows before.
        strengths: of each tested column, its largest effect in units of its floor.
    """

    first: int
    last: int
    drifted: tuple[str, ...]
    alerted: tuple[str, ...]
    strengths: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Everything that a report shows.

    Attributes:
        reference: the file that was held against.
        current: the file that was judged.
        question: how.
        judged: every test, the weightiest first.
        profiled: each column that both files have, and those derived from them, by name.
        distances: of the same.
        drawn: the columns whose distributions are drawn.
        windows: of the current file; none where it is no longer than one.
        notes: what a reader has to know beside the verdict.
    """

    reference: Table
    current: Table
    question: Question
    judged: tuple[Judged, ...]
    profiled: Mapping[str, Profiled]
    distances: Mapping[str, ColumnDistance]
    drawn: frozenset[str]
    windows: tuple[WindowFindings, ...]
    notes: tuple[str, ...]

    @property
    def drifted(self) -> tuple[str, ...]:
        """The columns with a verdict over the whole file, the weightiest first."""
        return drifted_in_order(self.judged)

    @property
    def alerted(self) -> tuple[str, ...]:
        """The columns that would have raised an alert, the earliest first."""
        return tuple(dict.fromkeys(name for one in self.windows for name in one.alerted))

    @property
    def moved(self) -> bool:
        """Whether there is drift: a verdict on the whole, or an alert from the windows."""
        return bool(self.drifted or self.alerted)

    @property
    def tested(self) -> tuple[str, ...]:
        """The tested columns, the weightiest first."""
        return tuple(dict.fromkeys(one.column for one in self.judged))


def find(reference: Table, current: Table, detectors: Detectors, question: Question) -> Findings:
    """Hold one file against another.

    Raises:
        SampleError: nothing can be compared, or the reference is none; names the file.
    """
    shared = _shared(reference, current, question.untested)
    absent = frozenset(COLUMNS) - shared
    held = sample_reference(_only(reference.sample, shared), {*question.untested, *absent})
    sample = _only(current.sample, shared)
    whole = compare_with(held, sample, detectors, question.policy, question.importance)
    profiled = {one.column.name: one for one in whole.profiled if _is_shown(one, absent)}
    drawn = drawn_columns(whole.judged, _DRAWN)
    return Findings(
        reference=reference,
        current=current,
        question=question,
        judged=whole.judged,
        profiled=profiled,
        distances={one.column: one for one in all_distances(tuple(profiled.values()), drawn)},
        drawn=drawn,
        windows=tuple(_windows(held, sample, detectors, question)),
        notes=tuple(_notes(reference, current, profiled, question)),
    )


def _shared(reference: Table, current: Table, untested: Collection[str]) -> frozenset[str]:
    shared = reference.columns & current.columns
    if shared <= set(untested):
        raise SampleError(f"{reference.path} and {current.path} share no column that is tested")
    if reference.classes == 1:
        raise SampleError(
            f"{reference.path}: column {TARGET} has one class: a part of the applications, chosen "
            "by outcome, is no reference; without the column it is taken as it is"
        )
    if _is_identical(reference.sample):
        raise SampleError(f"{reference.path}: all {len(reference):,} rows are the same")
    return shared


def _only(sample: Sample, columns: Collection[str]) -> Sample:
    """The sample with nothing in all other columns, so that derived features match."""
    numeric, levels = sample.numeric.copy(), sample.levels.copy()
    numeric[:, [name not in columns for name in NUMERIC]] = np.nan
    levels[:, [name not in columns for name in CATEGORICAL]] = None
    return Sample(numeric, levels)


def _is_shown(one: Profiled, absent: Collection[str]) -> bool:
    """A derived feature needs a value somewhere: what it is made of may be absent."""
    if one.column.name in DERIVED:
        return bool(one.reference.present or one.window.present)
    return one.column.name not in absent


def _is_identical(sample: Sample) -> bool:
    numbers = np.array_equal(
        sample.numeric, np.broadcast_to(sample.numeric[0], sample.numeric.shape), equal_nan=True
    )
    return numbers and bool((sample.levels == sample.levels[0]).all())


def _windows(
    held: SampleReference, sample: Sample, detectors: Detectors, question: Question
) -> Iterator[WindowFindings]:
    verdicts: list[frozenset[str]] = []
    size = question.window
    starts = range(0, len(sample), size) if len(sample) > size else ()
    for start in starts:
        rows = np.arange(start, min(start + size, len(sample)))
        if len(rows) < min(question.least, size):
            return
        judged = compare_with(
            held, sample.take(rows), detectors, question.policy, question.importance
        ).judged
        verdicts.append(drifted_columns(judged))
        yield WindowFindings(
            first=start + 1,
            last=start + len(rows),
            drifted=drifted_in_order(judged),
            alerted=tuple(sorted(alerted_columns(verdicts, question.policy))),
            strengths=_strengths(judged),
        )


def _strengths(judged: Sequence[Judged]) -> dict[str, float]:
    strengths: dict[str, float] = {}
    for one in judged:
        strengths[one.column] = max(one.strength, strengths.get(one.column, 0.0))
    return strengths


def _notes(
    reference: Table, current: Table, profiled: Mapping[str, Profiled], question: Question
) -> Iterator[str]:
    for table, other in ((reference, current), (current, reference)):
        if only := sorted(table.columns - other.columns):
            yield f"{other.path.name} lacks {_listed(only)}: not compared."
        if len(table) < question.least:
            yield (
                f"{table.path.name} has {len(table):,} rows: the monitor judges no window of fewer "
                f"than {question.least:,}. Only large moves can be told."
            )
        if empty := sorted(name for name in table.columns if _is_empty(table.sample, name)):
            yield f"{table.path.name} has no value in {_listed(empty)}."
    if _is_identical(current.sample):
        yield f"All {len(current):,} rows of {current.path.name} are the same."
    if shown := [name for name in question.untested if name in profiled]:
        yield f"Shown and not tested: {_listed(shown)}, and features derived from the others."


def _is_empty(sample: Sample, name: str) -> bool:
    if name in NUMERIC:
        return bool(np.isnan(sample.numeric[:, NUMERIC.index(name)]).all())
    return all(level is None for level in sample.levels[:, CATEGORICAL.index(name)])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
