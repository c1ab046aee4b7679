import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from training.comparison import auc_difference, compare

ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), min_size=6, max_size=60
).filter(lambda rows: 1 < sum(bad for _, _, bad in rows) < len(rows) - 1)


def scored(
    rows: int, skill: float, other: float, seed: int = 7
) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]":
    """Two correlated scores of the same rows, and outcomes that both know something of."""
    draw = np.random.default_rng(seed)
    truth = draw.normal(size=rows)
    target = (draw.random(rows) < 1 / (1 + np.exp(2 - truth))).astype(np.float64)
    shared = draw.normal(size=rows)
    one, two = (known * truth + shared + 0.3 * draw.normal(size=rows) for known in (skill, other))
    return one, two, target


@given(ROWS)
def test_the_difference_is_that_of_the_aucs_and_its_sign_turns(
    rows: list[tuple[int, int, bool]],
) -> None:
    one, other, target = np.array(rows, dtype=np.float64).T

    found = auc_difference(one, other, target)
    turned = auc_difference(other, one, target)

    expected = roc_auc_score(target, one) - roc_auc_score(target, other)
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-12)


def test_a_model_does_not_differ_from_itself() -> None:
    one, _, target = scored(500, 1.0, 1.0)

    found = compare(one, one, target)

    assert (found.difference.low, found.difference.value, found.difference.high) == (0, 0, 0)
    assert not found.worse


def test_the_interval_is_that_of_the_paired_bootstrap() -> None:
    one, other, target = scored(1500, 1.0, 0.7)
    draw = np.random.default_rng(7)
    classes = [np.flatnonzero(target == value) for value in (0, 1)]

    def drawn() -> float:
        rows = np.concatenate([draw.choice(part, len(part)) for part in classes])
        mine, theirs = (roc_auc_score(target[rows], scores[rows]) for scores in (one, other))
        return float(mine - theirs)

    low, high = np.quantile([drawn() for _ in range(400)], [0.025, 0.975])
    found = auc_difference(one, other, target)

    width = high - low
    assert found.low == pytest.approx(low, abs=0.2 * width)
    assert found.high == pytest.approx(high, abs=0.2 * width)


def test_pairing_tells_apart_what_two_intervals_cannot() -> None:
    champion, challenger, target = scored(3000, 1.0, 0.8)

    found = compare(champion, challenger, target)

    assert found.challenger.high > found.champion.low
    assert found.worse


def test_scores_of_other_rows_cannot_be_compared() -> None:
    one, other, target = scored(100, 1.0, 1.0)

    with pytest.raises(ValueError, match="99, 100 scores of 100 rows"):
        compare(one[:-1], other, target)
    with pytest.raises(ValueError, match="one class"):
        compare(one, other, np.zeros(100))
