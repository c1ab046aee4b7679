import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from training.bootstrap import bootstrap_intervals
from training.evaluate import auc_interval, calibration_error, quality

SCORED = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.9]), st.sampled_from([0.0, 1.0])),
    min_size=4,
    max_size=60,
).filter(lambda rows: 1 < sum(target for _, target in rows) < len(rows) - 1)


def outcomes(
    rows: int, seed: int = 7
) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]":
    draw = np.random.default_rng(seed)
    probability = draw.beta(2, 10, rows)
    return probability, (draw.random(rows) < probability).astype(np.float64)


@given(SCORED)
def test_values_are_those_of_the_rows_themselves_whatever_the_ties(
    rows: list[tuple[float, float]],
) -> None:
    probability, target = (np.array(column) for column in zip(*rows, strict=True))

    found = bootstrap_intervals(probability, target, seed=7, replicates=3)
    expected = quality(probability, target)

    assert found["auc"].value == pytest.approx(roc_auc_score(target, probability))
    assert found["average_precision"].value == pytest.approx(
        average_precision_score(target, probability)
    )
    for name in ("gini", "ks", "brier", "log_loss", "ece"):
        assert found[name].value == pytest.approx(getattr(expected, name)), name
    assert all(one.low <= one.value <= one.high for one in found.values())


def test_the_interval_of_the_auc_is_that_of_delong() -> None:
    probability, target = outcomes(4000)

    found = bootstrap_intervals(probability, target, seed=7)["auc"]
    expected = auc_interval(probability, target)

    assert found.low == pytest.approx(expected.low, abs=0.003)
    assert found.high == pytest.approx(expected.high, abs=0.003)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    probability, target = outcomes(60_000)
    truth = roc_auc_score(target, probability)

    intervals = [
        bootstrap_intervals(probability[rows], target[rows], seed=at, replicates=200)["auc"]
        for at, rows in enumerate(np.arange(60_000).reshape(120, 500))
    ]

    assert 0.89 <= np.mean([one.low <= truth <= one.high for one in intervals]) <= 0.99


def test_the_same_seed_gives_the_same_interval() -> None:
    probability, target = outcomes(500)

    once, again = (bootstrap_intervals(probability, target, 7, 50) for _ in range(2))

    assert once == again
    assert once != bootstrap_intervals(probability, target, 8, 50)


def test_the_calibration_error_is_taken_over_the_same_bins() -> None:
    probability, target = outcomes(1003)

    found = bootstrap_intervals(probability, target, 7, 5)["ece"].value

    assert found == pytest.approx(calibration_error(probability, target))
