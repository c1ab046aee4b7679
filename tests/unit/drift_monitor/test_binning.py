"""Rows fall into the tenths of the reference or into levels; unseen and missing have bins."""

import numpy as np

from contracts.features import UNSEEN
from drift_monitor.binning import binned
from drift_monitor.profiles import ColumnProfile
from tests.drift import NAN, floats, profiled

NUMBERS = [float(at) for at in range(1, 101)]


def test_tenths_hold_equally_many_of_the_reference() -> None:
    bins = binned(profiled([*NUMBERS, NAN], [5.0, 15.0, 15.5, 1000.0]))
    assert bins.reference.tolist() == [*[10] * 10, 0, 1]
    assert bins.window.tolist() == [1, 2, *[0] * 7, 1, 0, 0]
    assert bins.names()[:2] == ("up to 10", "10 to 20")
    assert bins.names()[-3:] == ("above 90", "unseen", "missing")


def tenths(*values: float) -> list[float]:
    found: list[float] = ColumnProfile(len(values), 0, values=floats(*values)).tenths.tolist()
    return found


def test_repeated_values_make_fewer_bins() -> None:
    assert tenths(*[1.0] * 50, *range(2, 52)) == [1, 11, 21, 31, 41]
    assert tenths() == []


def test_levels_are_bins() -> None:
    bins = binned(profiled([0, 0, 1, 1], [0, UNSEEN, NAN], ["a", "b"]))
    assert bins.names() == ("a", "b", "unseen", "missing")
    assert bins.window.tolist() == [1, 0, 1, 1]


def test_a_reference_without_values_has_one_bin_for_all() -> None:
    bins = binned(profiled([NAN] * 3, np.arange(4).tolist()))
    assert bins.reference.sum() == 3
    assert bins.window.sum() == 4
    assert len(bins.names()) == len(bins.window)
