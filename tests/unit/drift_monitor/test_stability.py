"""The stability index moves with the shares, and its critical value with the sizes."""

import math

import numpy as np
import pytest

from contracts.features import UNSEEN
from drift_monitor.columns import column_layout
from drift_monitor.comparison import Profiled
from drift_monitor.profiles import profile
from drift_monitor.stability import stability
from tests.drift import NAN, normal_rows, profiled


def test_equal_shares_have_no_index() -> None:
    assert stability(profiled([0, 0, 1, 1] * 50, [0, 1] * 100, ["a", "b"])).index == 0


def test_the_index_is_the_textbooks_up_to_half_a_row_a_bin() -> None:
    one = profiled([0] * 6000 + [1] * 4000, [0] * 5000 + [1] * 5000, ["a", "b"])
    expected = (0.5 - 0.6) * math.log(0.5 / 0.6) + (0.5 - 0.4) * math.log(0.5 / 0.4)
    assert stability(one).index == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("intruder", [UNSEEN, NAN])
def test_unseen_and_missing_values_have_bins(intruder: float) -> None:
    one = profiled([0, 1] * 100, [0, 1] * 90 + [intruder] * 20, ["a", "b"])
    assert stability(one).index > 0.1


def test_numbers_are_compared_by_the_deciles_of_the_reference() -> None:
    reference = [float(at) for at in range(1000)]
    assert stability(profiled(reference, reference)).index == pytest.approx(0, abs=1e-9)
    assert stability(profiled(reference, reference[500:])).index > 1


def test_a_column_that_is_constant_has_no_index() -> None:
    found = stability(profiled([0] * 10, [0] * 10, ["a"]))
    assert (found.index, found.critical) == (0, 0)


def test_one_clean_window_in_a_hundred_exceeds_the_critical_value() -> None:
    reference = normal_rows(4000, 2000, seed=1)
    names = [f"C{at}" for at in range(2000)]
    layout = column_layout(names, reference, {}, ())
    window = profile(layout, normal_rows(1000, 2000, seed=2))
    found = [
        stability(Profiled(*parts))
        for parts in zip(layout, profile(layout, reference), window, strict=True)
    ]
    exceeding = np.mean([one.index > one.critical for one in found])
    assert 0.004 < exceeding < 0.018
