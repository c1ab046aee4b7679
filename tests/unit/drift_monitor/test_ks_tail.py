"""Kolmogorov-Smirnov p-values of many columns at once, beside scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from drift_monitor.ks_tail import ks_tail

_sizes = st.integers(1, 3_000)


@given(_sizes, st.floats(0, 1))
def test_it_is_scipys_tail(size: int, distance: float) -> None:
    expected = float(stats.kstwo.sf(distance, size))
    found = ks_tail(np.array([distance]), np.array([float(size)]))[0]
    assert found == pytest.approx(expected, rel=1e-9, abs=4e-7 if expected > 0.97 else 1e-290)


@given(_sizes, st.floats(0.2, 3))
def test_it_is_scipys_tail_where_windows_lie(size: int, scaled: float) -> None:
    distance = min(scaled / np.sqrt(size), 1.0)
    expected = float(stats.kstwo.sf(distance, size))
    found = ks_tail(np.array([distance]), np.array([float(size)]))[0]
    assert found == pytest.approx(expected, rel=1e-9, abs=4e-7 if expected > 0.97 else 0)


def test_columns_do_not_touch_each_other() -> None:
    distances = np.array([0.0, 0.01, 0.05, 0.2, 0.6, 1.0])
    sizes = np.array([800.0, 800, 800, 150, 100, 900])
    single = [ks_tail(distances[at : at + 1], sizes[at : at + 1])[0] for at in range(6)]
    assert ks_tail(distances, sizes).tolist() == single


def test_no_columns_have_no_tail() -> None:
    assert len(ks_tail(np.empty(0), np.empty(0))) == 0
