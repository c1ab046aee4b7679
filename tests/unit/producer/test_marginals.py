import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.synthesis.marginals import (
    blend,
    draw_by_row,
    draw_levels,
    draw_value,
    quantile,
    tilted,
    weights,
)

rng = np.random.default_rng


def test_median_score_gives_the_published_median() -> None:
    assert quantile("EXT_SOURCE_2", np.array([0.0]))[0] == pytest.approx(0.565961)


@given(st.lists(st.floats(-6, 6), min_size=2))
def test_quantiles_rise_with_the_score(scores: list[float]) -> None:
    values = quantile("DAYS_BIRTH", np.sort(np.array(scores)))
    assert (np.diff(values) >= 0).all()
    assert values.min() >= -25_229
    assert values.max() <= -7_489


def test_levels_come_with_their_weights() -> None:
    drawn = draw_levels(rng(0), 40_000, "application", "HOUSETYPE_MODE")
    expected = np.array(weights("HOUSETYPE_MODE", "application", "HOUSETYPE_MODE"))
    found = np.bincount(drawn.astype(int), minlength=3) / 40_000
    assert found == pytest.approx(expected / expected.sum(), abs=0.006)


def test_weight_for_a_level_the_column_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"HOUSETYPE_MODE.*no level"):
        weights("HOUSETYPE_MODE", "application", "WALLSMATERIAL_MODE")


def test_impossible_value_is_never_drawn() -> None:
    assert set(draw_value(rng(0), 500, [1.0, 2.0, 3.0], [1.0, 0.0, 1.0])) == {1.0, 3.0}


def test_each_row_is_drawn_by_its_own_weights() -> None:
    matrix = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]] * 50)
    assert draw_by_row(rng(0), matrix).tolist() == [0.0, 2.0] * 50


def test_blend_has_unit_variance_and_the_asked_correlation() -> None:
    score = rng(1).standard_normal(60_000)
    mixed = blend(rng(2), 60_000, (0.6, score))
    assert mixed.std() == pytest.approx(1.0, abs=0.01)
    assert np.corrcoef(mixed, score)[0, 1] == pytest.approx(0.6, abs=0.01)


def test_no_tilt_leaves_the_probability() -> None:
    assert tilted(0.2, np.array([0.0, 50.0])) == pytest.approx([0.2, 1.0])
