"""The current file cut into windows, as the monitor would have judged them. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from drift_monitor.detectors import Detectors
from drift_monitor.policy import Judged, Policy, alerted_columns, drifted_columns
from drift_monitor.report import drifted_in_order
from drift_monitor.sample import Sample
from drift_monitor.two_samples import SampleReference, compare_with


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


def judged_windows(
    held: SampleReference, sample: Sample, detectors: Detectors, question: Question
) -> Iterator[WindowFindings]:
    """The verdicts on successive windows of a sample; none where it is no longer than one.

    A shorter last window counts from the least size on.
    """
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
