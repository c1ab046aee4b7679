"""Normal scores follow ranks alone, and a reference keeps the scale of its own."""

import numpy as np
import pytest
from scipy.stats import norm

from drift_monitor.normal_scores import normal_scores, own_scale
from drift_monitor.profiles import ColumnProfile
from tests.drift import floats

REFERENCE = floats(1, 2, 3, 4)


def test_a_value_gets_the_normal_quantile_of_its_middle_rank() -> None:
    scores = normal_scores(REFERENCE, floats(1, 2.5, 9, -9))
    ranks = [0.5 / 4, 2 / 4, 3.5 / 4, 0.5 / 4]
    assert scores == pytest.approx(norm.ppf(ranks))


def test_a_stretch_of_the_axis_changes_no_score() -> None:
    values = floats(0.5, 2, 3.5)
    stretched = normal_scores(np.exp(REFERENCE), np.exp(values))
    assert stretched == pytest.approx(normal_scores(REFERENCE, values))


def test_ties_make_the_scale_smaller_and_a_constant_has_none() -> None:
    assert own_scale(floats(1, 1, 1, 2)).spread < own_scale(REFERENCE).spread
    assert own_scale(floats(7, 7, 7)).spread == 0


def test_a_profile_computes_its_scale_once() -> None:
    profile = ColumnProfile(rows=4, missing=0, values=REFERENCE)
    assert profile.scale == own_scale(REFERENCE)
    assert profile.scale is profile.scale
