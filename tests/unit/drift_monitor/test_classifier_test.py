"""Chance is chance, whatever the trees learn; what can be told is told, and by which columns."""

import numpy as np
import pytest
from scipy.stats import kstest, mannwhitneyu, norm

from contracts.packing import FloatMatrix
from drift_monitor.classifier_test import area_by_chance, classifier_test
from tests.drift import NAN, normal_rows


def tied(rows: int, seed: int, correlation: float, columns: int = 12) -> FloatMatrix:
    """Normal columns; the first two go together, and each alone is as without that."""
    matrix = normal_rows(rows, columns, seed)
    rest = np.sqrt(1 - correlation**2, dtype=np.float32)
    matrix[:, 1] = correlation * matrix[:, 0] + rest * matrix[:, 1]
    return matrix


def test_a_change_of_correlation_alone_is_told_by_its_two_columns() -> None:
    told = classifier_test(tied(2_000, 1, 0.8), tied(1_000, 2, 0.0))
    assert told.area > 0.65
    assert told.p_value < 1e-12
    assert set(np.argsort(-told.gains)[:2].tolist()) == {0, 1}
    assert told.gains.sum() == pytest.approx(1)


def test_p_values_of_samples_drawn_alike_are_even() -> None:
    """Few rows and few columns, where dependence between folds would show the most."""
    p_values = [
        classifier_test(tied(300, 2 * at, 0.8, 3), tied(150, 2 * at + 1, 0.8, 3)).p_value
        for at in range(150)
    ]
    assert kstest(p_values, "uniform").pvalue > 0.01
    assert min(p_values) > 1e-5


def test_the_same_rows_are_judged_alike() -> None:
    before, now = normal_rows(400, 5, 1), normal_rows(300, 5, 2, shift=0.3)
    one, again = classifier_test(before, now), classifier_test(before, now)
    assert (one.area, one.p_value) == (again.area, again.p_value)


@pytest.mark.parametrize("value", [NAN, np.inf, -np.inf])
def test_a_column_that_is_not_finite_tells(value: float) -> None:
    before, now = normal_rows(400, 5, 1), normal_rows(300, 5, 2)
    now[:, 3] = value
    told = classifier_test(before, now)
    assert told.area > 0.99
    assert np.argmax(told.gains) == 3


def test_columns_without_a_difference_between_any_rows_tell_nothing() -> None:
    rows = np.ones((200, 4), dtype=np.float32)
    told = classifier_test(rows, rows)
    assert (told.area, told.p_value, told.gains.sum()) == (0.5, 1.0, 0.0)


def test_area_and_its_variance_are_those_of_mann_and_whitney() -> None:
    draw = np.random.default_rng(3)
    scores, positive = draw.integers(0, 6, 200).astype(float), np.arange(200) < 80
    area, variance = area_by_chance(scores, positive)
    expected = mannwhitneyu(
        scores[positive], scores[~positive], use_continuity=False, method="asymptotic"
    )
    assert area == pytest.approx(expected.statistic / (80 * 120))
    z = abs(area - 0.5) / np.sqrt(variance)
    assert expected.pvalue == pytest.approx(2 * norm.sf(z))
