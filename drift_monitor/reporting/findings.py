"""What a report says: one file held against another, as a whole and in windows. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from contracts.application import CATEGORICAL, COLUMNS, NUMERIC
from contracts.events import ColumnDistance
from contracts.features import DERIVED
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import Detectors
from drift_monitor.distances import all_distances, drawn_columns
from drift_monitor.policy import Judged
from drift_monitor.report import drifted_in_order
from drift_monitor.reporting.by_window import Question, WindowFindings, judged_windows
from drift_monitor.reporting.notes import is_identical, notes_on
from drift_monitor.reporting.tables import TARGET, Table
from drift_monitor.sample import Sample, SampleError
from drift_monitor.two_samples import compare_with, sample_reference

_DRAWN = 12  # features that are drawn though they did not move


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
    def in_windows_alone(self) -> tuple[str, ...]:
        """Columns with a verdict in some window and none over the whole file."""
        named = dict.fromkeys(name for one in self.windows for name in one.drifted)
        return tuple(name for name in named if name not in self.drifted)

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
        distances={
            one.column: one
            for one in all_distances(tuple(profiled.values()), whole.stability, drawn)
        },
        drawn=drawn,
        windows=tuple(judged_windows(held, sample, detectors, question)),
        notes=tuple(notes_on(reference, current, profiled, question)),
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
    if is_identical(reference.sample):
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
