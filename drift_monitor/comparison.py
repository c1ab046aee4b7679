"""A window held against the reference: every test on every column, with its effect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from drift_monitor.columns import Column
from drift_monitor.detectors import Detectors, Outcome
from drift_monitor.profiles import ColumnProfile


class Test(StrEnum):
    """What is asked of a column; a closed set, for these are metric labels."""

    __test__ = False  # not pytest's business

    KS = "ks"
    LEVELS = "chi_squared"
    MISSING = "missing"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, eq=False)
class Profiled:
    """A column with its profiles in the reference and in the window."""

    column: Column
    reference: ColumnProfile
    window: ColumnProfile


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One test on one column.

    `effect` is what a floor is set on, in [0, 1]: the KS distance, the total variation between the
    levels' shares, the move of the missing share, the share of unseen levels.
    """

    profiled: Profiled
    test: Test
    statistic: float
    p_value: float
    effect: float


def compare(profiled: Sequence[Profiled], detectors: Detectors) -> list[Comparison]:
    """Every test that has something to compare, column after column within a test.

    A column of numbers without any value on one side has no KS test: its missing share tells.
    """
    return [
        *_compare_numbers([one for one in profiled if _has_numbers(one)], detectors),
        *compare_shares(profiled, detectors),
    ]


def compare_shares(profiled: Sequence[Profiled], detectors: Detectors) -> list[Comparison]:
    """The tests of shares: of levels, of missing and of unseen values."""
    return [
        *_compare_levels([one for one in profiled if _has_levels(one)], detectors),
        *_compare_missing([one for one in profiled if _has_missing(one)], detectors),
        *_compare_unseen([one for one in profiled if one.window.unseen], detectors),
    ]


def _has_numbers(one: Profiled) -> bool:
    return bool(len(one.reference.values) and len(one.window.values))


def _has_levels(one: Profiled) -> bool:
    return bool(one.reference.counts.sum() and one.window.counts.sum())


def _has_missing(one: Profiled) -> bool:
    return bool(one.reference.missing or one.window.missing)


def _compare_numbers(profiled: Sequence[Profiled], detectors: Detectors) -> Iterator[Comparison]:
    outcome = detectors.ks([(one.reference.values, one.window.values) for one in profiled])
    return _comparisons(profiled, Test.KS, outcome, effects=outcome[0].tolist())


def _compare_levels(profiled: Sequence[Profiled], detectors: Detectors) -> Iterator[Comparison]:
    tables = [(one.reference.counts, one.window.counts) for one in profiled]
    effects = [_total_variation(one) for one in profiled]
    return _comparisons(profiled, Test.LEVELS, detectors.chi_squared(tables), effects)


def _compare_missing(profiled: Sequence[Profiled], detectors: Detectors) -> Iterator[Comparison]:
    tables = [
        (
            np.array([one.reference.present, one.reference.missing]),
            np.array([one.window.present, one.window.missing]),
        )
        for one in profiled
    ]
    effects = [abs(one.window.missing_share - one.reference.missing_share) for one in profiled]
    return _comparisons(profiled, Test.MISSING, detectors.chi_squared(tables), effects)


def _compare_unseen(profiled: Sequence[Profiled], detectors: Detectors) -> Iterator[Comparison]:
    tables = [
        (one.reference.unseen, one.reference.rows, one.window.unseen, one.window.rows)
        for one in profiled
    ]
    effects = [one.window.unseen_share for one in profiled]
    return _comparisons(profiled, Test.UNSEEN, detectors.fisher(tables), effects)


def _comparisons(
    profiled: Sequence[Profiled], test: Test, outcome: Outcome, effects: Sequence[float]
) -> Iterator[Comparison]:
    statistics, p_values = outcome
    for one, statistic, p_value, effect in zip(
        profiled, statistics.tolist(), p_values.tolist(), effects, strict=True
    ):
        yield Comparison(one, test, statistic, p_value, effect)


def _total_variation(one: Profiled) -> float:
    reference, window = one.reference.counts, one.window.counts
    return float(np.abs(reference / reference.sum() - window / window.sum()).sum() / 2)
