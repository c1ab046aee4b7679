"""Every test that has something to compare is made, with its effect; no other is."""

from collections.abc import Sequence

import pytest

from contracts.features import UNSEEN
from drift_monitor.comparison import Comparison, Test, compare
from drift_monitor.detectors import ScipyDetectors
from tests.drift import NAN, profiled

NUMBERS = [float(at) for at in range(100)]


def compared(
    reference: Sequence[float], window: Sequence[float], levels: Sequence[str] | None = None
) -> dict[Test, Comparison]:
    found = compare([profiled(reference, window, levels)], ScipyDetectors())
    return {comparison.test: comparison for comparison in found}


def test_numbers_are_compared_by_ks_alone_while_nothing_is_missing() -> None:
    found = compared(NUMBERS, NUMBERS[:50])
    assert found.keys() == {Test.KS}
    assert found[Test.KS].effect == pytest.approx(0.5)


def test_the_effect_on_levels_is_their_total_variation() -> None:
    found = compared([0] * 60 + [1] * 40, [0] * 5 + [1] * 5, ["a", "b"])
    assert found.keys() == {Test.LEVELS}
    assert found[Test.LEVELS].effect == pytest.approx(0.1)


@pytest.mark.parametrize(("before", "now"), [(0, 30), (30, 0)])
def test_missing_values_are_compared_if_either_side_has_some(before: int, now: int) -> None:
    found = compared(NUMBERS[: 100 - before] + [NAN] * before, NUMBERS[: 100 - now] + [NAN] * now)
    assert found[Test.MISSING].effect == pytest.approx(0.3)
    assert found[Test.MISSING].p_value < 1e-6


def test_unseen_levels_are_compared_if_the_window_has_some() -> None:
    found = compared([0] * 60 + [1] * 40, [0] * 9 + [UNSEEN], ["a", "b"])
    assert found[Test.UNSEEN].effect == pytest.approx(0.1)


def test_unseen_levels_do_not_count_as_moved_levels() -> None:
    found = compared([0] * 50 + [1] * 50, [0] * 5 + [1] * 5 + [UNSEEN] * 10, ["a", "b"])
    assert found[Test.LEVELS].effect == 0


def test_a_column_all_missing_in_the_window_is_told_by_its_missing_share_alone() -> None:
    found = compared(NUMBERS, [NAN] * 20)
    assert found.keys() == {Test.MISSING}
    assert found[Test.MISSING].effect == 1


def test_a_column_all_missing_in_the_reference_is_told_by_missing_and_unseen() -> None:
    found = compared([NAN] * 100, NUMBERS)
    assert found.keys() == {Test.MISSING, Test.UNSEEN}
    assert found[Test.UNSEEN].effect == 1


def test_identical_rows_in_the_window_are_drift_from_a_spread_reference() -> None:
    found = compared(NUMBERS, [50.0] * 100)
    assert found[Test.KS].effect == pytest.approx(0.5)


def test_infinite_values_are_the_largest_and_smallest_numbers() -> None:
    found = compared(NUMBERS, [float("inf")] * 10 + [float("-inf")] * 10)
    assert found[Test.KS].effect == pytest.approx(0.5)


def test_one_row_is_compared_and_proves_nothing() -> None:
    found = compared(NUMBERS, [50.0])
    assert found[Test.KS].p_value > 0.5
