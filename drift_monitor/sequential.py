"""Slow drift: evidence that adds up from one verdict window to the next. Pure.

Every column is followed by a few streams of evidence: its values rise or fall, a level, a missing
value or an unseen level is more or less frequent than in the reference. A window adds to a stream
the logarithm of an e-value against "the population lies within the tolerance of the reference";
a stream never falls below nothing, and drifts once its evidence reaches the threshold. The sum of
such streams is an e-detector: with n streams and a threshold of ln(n * run length), clean windows
hold at least `run_length` of them, on average, before the first that drifts, whatever the sizes of
the windows and however the columns depend on each other.

Source: J. Shin, A. Ramdas, A. Rinaldo, E-detectors: a nonparametric framework for sequential change
detection, 2022; G. Lorden, Procedures for reacting to a change in distribution, 1971.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from drift_monitor.comparison import Profiled
from drift_monitor.normal_scores import normal_scores
from drift_monitor.profiles import ColumnProfile

VALUES, MISSING, UNSEEN = "values", "missing", "unseen"
"""What a stream follows, besides the levels, which go by `level` and their name."""

_STANDARD_ERRORS = 3.0
"""A reference of few rows is wrong about its population by so many standard errors at most."""

_MOST = 2.0
"""Evidence is kept up to so many thresholds, so that it can end when the drift does."""


@dataclass(frozen=True, slots=True)
class Sequential:
    """What counts as slow drift; differences are in standard deviations of one row.

    Attributes:
        run_length: clean windows to the first false alarm, on average at least, of all columns.
        tolerance: a difference from the reference that is no drift. A reference of few rows widens
            it to three standard errors of its own.
        step: how far beyond the tolerance the drift lies that is found soonest.
    """

    run_length: int = 10_000
    tolerance: float = 0.05
    step: float = 0.07


class Stream(NamedTuple):
    """What evidence is about: a column, what of it, and whether that rises or falls."""

    column: str
    measure: str
    rises: bool


@dataclass(frozen=True, slots=True)
class Trail:
    """The evidence of a stream since it was nothing last.

    Attributes:
        evidence: logarithm of an e-value, above 0.
        windows: that it was gathered from.
        since: when the first of them opened.
    """

    evidence: float
    windows: int
    since: dt.datetime


Trails = Mapping[Stream, Trail]
"""The streams that have evidence; of all others there is none."""


def threshold(profiled: Sequence[Profiled], sequential: Sequential) -> float:
    """The evidence from which a stream drifts, for the streams of these columns."""
    streams = sum(_streams(one) for one in profiled)
    return math.log(max(streams, 1) * sequential.run_length)


def follow(
    trails: Trails, profiled: Sequence[Profiled], opened_at: dt.datetime, sequential: Sequential
) -> dict[Stream, Trail]:
    """The trails after one more window, which opened at this time."""
    most = _MOST * threshold(profiled, sequential)
    followed = {}
    for one in profiled:
        for stream, added in _evidence(one, sequential):
            before = trails.get(stream) or Trail(0.0, 0, opened_at)
            if (evidence := min(before.evidence + added, most)) > 0:
                followed[stream] = Trail(evidence, before.windows + 1, before.since)
    return followed


def drifting(trails: Trails, least: float) -> list[tuple[Stream, Trail]]:
    """The streams whose evidence has reached the threshold, the most certain first."""
    found = [(stream, trail) for stream, trail in trails.items() if trail.evidence >= least]
    return sorted(found, key=lambda one: -one[1].evidence)


def level(name: str) -> str:
    """The measure of a level's share."""
    return f"level {name}"


def _streams(one: Profiled) -> int:
    """How many streams follow a column: two for each measure, and unseen levels only rise."""
    levels = one.column.levels
    return 4 if levels is None else 2 * len(levels.names) + 3


def _evidence(one: Profiled, sequential: Sequential) -> Iterator[tuple[Stream, float]]:
    name, reference, window = one.column.name, one.reference, one.window
    shares = [(MISSING, window.missing, window.rows, reference.missing, reference.rows)]
    if one.column.levels is not None:
        of_window, of_reference = int(window.counts.sum()), int(reference.counts.sum())
        counts = zip(one.column.levels.names, window.counts, reference.counts, strict=True)
        for bin_name, now, before in counts:
            shares.append((level(bin_name), int(now), of_window, int(before), of_reference))
        unseen = window.unseen, window.rows, reference.unseen, reference.rows
        yield Stream(name, UNSEEN, rises=True), _more_frequent(*unseen, sequential)
    elif len(reference.values):
        rises, falls = _moved(reference, window, sequential)
        yield Stream(name, VALUES, rises=True), rises
        yield Stream(name, VALUES, rises=False), falls
    for measure, now, rows, before, of in shares:
        yield Stream(name, measure, rises=True), _more_frequent(now, rows, before, of, sequential)
        less = _more_frequent(rows - now, rows, of - before, of, sequential)
        yield Stream(name, measure, rises=False), less


def _moved(
    reference: ColumnProfile, window: ColumnProfile, sequential: Sequential
) -> tuple[float, float]:
    """That the values have risen and have fallen: by normal scores, a likelihood ratio of means."""
    clean = reference.scale
    if not len(window.values) or clean.spread <= 0:  # of a constant the missing share tells
        return 0.0, 0.0
    scores = normal_scores(reference.values, window.values)
    moved = (float(scores.mean()) - clean.mean) / clean.spread
    tolerance = max(sequential.tolerance, _STANDARD_ERRORS / math.sqrt(len(reference.values)))
    even = tolerance + sequential.step / 2
    weight = len(scores) * sequential.step
    return weight * (moved - even), weight * (-moved - even)


def _more_frequent(now: int, rows: int, before: int, of: int, sequential: Sequential) -> float:
    """That something is more frequent than in the reference: the exact likelihood ratio."""
    if not of:
        return 0.0
    clean = _largest_share(before, of, sequential)
    drifted = clean + sequential.step * math.sqrt(clean * (1 - clean))
    if drifted >= 1:
        return 0.0
    rest = math.log1p(-drifted) - math.log1p(-clean)
    return now * math.log(drifted / clean) + (rows - now) * rest


def _largest_share(count: int, of: int, sequential: Sequential) -> float:
    """The largest share within the tolerance; Wilson's bound, so that none is above none."""
    share, square = count / of, _STANDARD_ERRORS**2
    spread = math.sqrt(share * (1 - share) / of + square / (4 * of**2))
    largest = (share + square / (2 * of) + _STANDARD_ERRORS * spread) / (1 + square / of)
    return min(1.0, max(largest, share + sequential.tolerance * math.sqrt(share * (1 - share))))
