"""Slow drift as the monitor reports it: the followed columns of a verdict window, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.events import SlowDrift
from drift_monitor.comparison import Profiled
from drift_monitor.evaluation import Evaluation
from drift_monitor.reference import SCORE
from drift_monitor.rounding import rounded
from drift_monitor.sequential import (
    MISSING,
    UNSEEN,
    VALUES,
    Sequential,
    Stream,
    Trail,
    Trails,
    drifting,
    follow,
    threshold,
)

_MEASURES = {VALUES: "values", MISSING: "missing", UNSEEN: "unseen levels"}


@dataclass(frozen=True, slots=True)
class Followed:
    """What a window left: the evidence so far, and the columns that drift by it."""

    trails: Trails
    drifting: tuple[SlowDrift, ...]


def followed_columns(profiled: Sequence[Profiled]) -> list[Profiled]:
    """The tested columns without the raw score.

    The trees have seen the reference rows, so the reference's scores are a little off those of any
    other rows for good; evidence of that would add up.
    """
    return [one for one in profiled if one.column.tested and one.column.name != SCORE]


def follow_slow_drift(trails: Trails, evaluation: Evaluation, sequential: Sequential) -> Followed:
    """Add a window's evidence; each column that drifts is told once, by its strongest stream."""
    profiled = followed_columns(evaluation.profiled)
    now = follow(trails, profiled, evaluation.span.opened_at, sequential)
    strongest: dict[str, SlowDrift] = {}
    for stream, trail in drifting(now, threshold(profiled, sequential)):
        strongest.setdefault(stream.column, _told(stream, trail))
    return Followed(now, tuple(strongest.values()))


def _told(stream: Stream, trail: Trail) -> SlowDrift:
    return SlowDrift(
        column=stream.column,
        windows=trail.windows,
        since=trail.since,
        evidence=rounded(trail.evidence),
        words=slow_words(stream, trail),
    )


def slow_words(stream: Stream, trail: Trail) -> str:
    """What drifts which way and since when: `AMT_CREDIT values higher in 5 windows, since ...`."""
    if stream.measure == VALUES:
        way = "higher" if stream.rises else "lower"
    else:
        way = "more often" if stream.rises else "less often"
    windows = "1 window" if trail.windows == 1 else f"{trail.windows} windows"
    what = _MEASURES.get(stream.measure, stream.measure)
    return f"{stream.column} {what} {way} in {windows}, since {trail.since:%Y-%m-%d}"
