"""Clean days are silent; days whose columns lost their ties are told, though no column moved."""

import numpy as np
import pytest

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.days import TOGETHER, Days
from drift_monitor.policy import Multivariate
from drift_monitor.sample import Sample, SampleError
from drift_monitor.scenarios import untied


def a_sample(rows: int) -> Sample:
    """Random columns, and a goods price that goes with the credit."""
    draw = np.random.default_rng(4)
    numeric = draw.random((rows, len(NUMERIC)))
    credit = NUMERIC.index("AMT_CREDIT")
    numeric[:, NUMERIC.index("AMT_GOODS_PRICE")] = numeric[:, credit] * draw.normal(1, 0.1, rows)
    return Sample(numeric, draw.choice(["a", "b"], (rows, len(CATEGORICAL))).astype(object))


def days(sample: Sample, rows: int = 500) -> Days:
    return Days(sample, Multivariate(), rows=rows, untested=(), seed=1)


def test_clean_days_are_silent_and_cut_ties_are_found() -> None:
    drawn = days(a_sample(1_500))
    assert list(drawn.clean_runs(5)) == [[frozenset()]] * 5
    shifted = drawn.shifted_runs(untied("AMT_GOODS_PRICE", 1.0), 5)
    assert list(shifted) == [[frozenset({TOGETHER})]] * 5


def test_cut_ties_leave_the_column_as_it_was() -> None:
    pool = a_sample(300)
    window = untied("AMT_CREDIT", 0.5).shift(pool, 300, np.random.default_rng(2))
    credit = NUMERIC.index("AMT_CREDIT")
    assert sorted(window.numeric[:, credit]) == sorted(pool.numeric[:, credit])


def test_a_day_is_no_larger_than_what_the_reference_leaves() -> None:
    assert days(a_sample(600)).rows == 200


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(SampleError, match="200 rows are too few for a reference and a day"):
        days(a_sample(200))
