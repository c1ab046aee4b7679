"""Both backends give scipy's own p-values, whatever the samples look like."""

import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from drift_monitor.columns import IntVector
from drift_monitor.detectors import (
    BackendMissingError,
    Counts,
    Detectors,
    Events,
    Pair,
    ScipyDetectors,
    detectors,
)
from drift_monitor.evaluation import evaluate
from drift_monitor.policy import Policy, drifted_columns
from tests.drift import a_reference, a_window, floats, normal_rows

_samples = st.lists(st.floats(-5, 5, width=32) | st.sampled_from([0.0, 1.0]), min_size=1)
_counts = st.integers(1, 8).flatmap(
    lambda width: st.tuples(*[st.lists(st.integers(0, 60), min_size=width, max_size=width)] * 2)
)

PAIRS: Sequence[Pair] = [
    (np.sort(normal_rows(4000, 1, seed)[:, 0]), np.sort(normal_rows(rows, 1, 9, shift)[:, 0]))
    for seed, (rows, shift) in enumerate([(1000, 0.0), (1000, 0.2), (17, 0.0), (1, 3.0)])
]
TABLES: Sequence[Counts] = [
    (np.array([3000, 900, 100]), np.array([700, 250, 50])),
    (np.array([3800, 200]), np.array([900, 100])),
    (np.array([3990, 10, 0]), np.array([990, 5, 5])),
    (np.array([4000]), np.array([1000])),
]
EVENTS: Sequence[Events] = [(0, 4000, 10, 1000), (3, 4000, 1, 1000), (0, 50, 1, 7)]


@pytest.fixture
def alibi() -> Detectors:
    pytest.importorskip("alibi_detect", reason="alibi-detect is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its optional parts deprecate each other
        return detectors("alibi")


def ascending(values: Sequence[float]) -> Any:
    return np.sort(floats(*values))


@given(_samples, _samples)
def test_ks_is_scipys(reference: list[float], window: list[float]) -> None:
    assume(len(reference) + len(window) > 2)  # scipy has no p-value for one against one
    pair = ascending(reference), ascending(window)
    statistics, p_values = ScipyDetectors().ks([pair])
    expected = stats.ks_2samp(*pair, method="asymp")
    assert statistics[0] == pytest.approx(expected.statistic, abs=1e-12)
    assert p_values[0] == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-15)


@given(_counts)
def test_chi_squared_is_scipys_without_empty_bins(table: tuple[list[int], list[int]]) -> None:
    reference, window = (np.array(counts) for counts in table)
    reference[0] += 1
    window[-1] += 1
    statistics, p_values = ScipyDetectors().chi_squared([(reference, window)])
    expected = stats.chi2_contingency(np.vstack(table_of(reference, window)))
    assert statistics[0] == pytest.approx(expected.statistic)
    assert p_values[0] == pytest.approx(expected.pvalue)


def table_of(reference: IntVector, window: IntVector) -> tuple[IntVector, IntVector]:
    filled = (reference + window) > 0
    return reference[filled], window[filled]


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 30), st.integers(1, 30))
def test_fisher_is_scipys(in_reference: int, others: int, in_window: int, rest: int) -> None:
    reference, window = in_reference + others + 1, in_window + rest
    statistics, p_values = ScipyDetectors().fisher([(in_reference, reference, in_window, window)])
    table = np.array([[in_window, in_reference], [rest, others + 1]])
    assert statistics[0] == in_window / window
    assert p_values[0] == pytest.approx(stats.fisher_exact(table, "greater").pvalue)


def test_one_value_against_one_proves_nothing() -> None:
    _, p_values = ScipyDetectors().ks([(floats(1), floats(2))])
    assert p_values.tolist() == [1]


def test_no_columns_give_no_results() -> None:
    for found in (
        ScipyDetectors().ks([]),
        ScipyDetectors().chi_squared([]),
        ScipyDetectors().fisher([]),
    ):
        assert [len(part) for part in found] == [0, 0]


def test_one_filled_bin_leaves_nothing_to_compare() -> None:
    statistics, p_values = ScipyDetectors().chi_squared([(np.array([9, 0]), np.array([4, 0]))])
    assert (statistics.tolist(), p_values.tolist()) == ([0], [1])


def test_alibi_detect_gives_the_same_ks_up_to_its_float32(alibi: Detectors) -> None:
    assert_same(alibi.ks(PAIRS), ScipyDetectors().ks(PAIRS), 2e-7)


def test_alibi_detect_gives_the_same_chi_squared_up_to_its_float32(alibi: Detectors) -> None:
    assert_same(alibi.chi_squared(TABLES), ScipyDetectors().chi_squared(TABLES), 2e-7)


def test_alibi_detect_gives_the_same_fisher(alibi: Detectors) -> None:
    assert_same(alibi.fisher(EVENTS), ScipyDetectors().fisher(EVENTS), 1e-9)


def assert_same(found: Any, expected: Any, tolerance: float) -> None:
    for values, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(values, wanted, rtol=tolerance)


def test_alibi_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alibi_detect", None)
    assert detectors("scipy").ks(PAIRS)[1][0] > 0
    with pytest.raises(BackendMissingError, match="DRIFT_MONITOR_BACKEND is alibi"):
        detectors("alibi")


def test_both_backends_judge_alike(alibi: Detectors) -> None:
    """Verdicts on columns that drifted, and on some at the edge of it."""
    reference = normal_rows(2000, 40, seed=3)
    reference[:, :20] = np.round(reference[:, :20])
    window = normal_rows(500, 40, seed=4) + np.linspace(0, 0.3, 40, dtype=np.float32)
    window[:, :20] = np.round(window[:, :20])
    names = [f"C{at}" for at in range(40)]
    of_both = a_reference(reference, names)
    by_scipy, by_alibi = (
        drifted_columns(evaluate(a_window(window), of_both, tests, Policy()).judged)
        for tests in (ScipyDetectors(), alibi)
    )
    assert by_scipy == by_alibi
    assert 0 < len(by_scipy) < 40
