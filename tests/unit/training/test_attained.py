import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from training.attained import attained
from training.errors import BadInputError

ROWS = 20_000


def drawn() -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]":
    """True log-odds, and outcomes drawn by them."""
    draw = np.random.default_rng(11)
    log_odds = draw.normal(-2.2, 1.0, ROWS)
    return log_odds, (draw.random(ROWS) < expit(log_odds)).astype(np.float64)


def test_the_truth_attains_all_of_it_in_whatever_monotone_form() -> None:
    log_odds, target = drawn()

    found = attained(log_odds, expit(log_odds), target)

    assert found.share.value == found.share.low == found.share.high == 1
    assert found.auc == found.best


def test_the_share_is_of_the_auc_above_chance() -> None:
    log_odds, target = drawn()
    known = log_odds + np.random.default_rng(12).normal(size=ROWS)

    found = attained(known, expit(log_odds), target)

    aucs = (roc_auc_score(target, known), roc_auc_score(target, log_odds))
    assert found.share.value == pytest.approx((aucs[0] - 0.5) / (aucs[1] - 0.5), abs=1e-12)
    assert found.share.low < found.share.value < found.share.high < 1


def test_probabilities_of_other_applicants_are_not_the_truth() -> None:
    log_odds, target = drawn()
    with pytest.raises(BadInputError, match="not drawn by these"):
        attained(log_odds, expit(-log_odds), target)
