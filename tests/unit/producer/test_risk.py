import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from producer.synthesis.aggregates import history_aggregates
from producer.synthesis.portfolio import FIRST_ID, Numbering, Portfolio, draw_portfolio
from producer.synthesis.risk import application_terms, default_probability, truth
from producer.synthesis.tables import HISTORY_TABLES, FloatArray, take

_GROUPS = {  # published default rates
    "male": 0.1014,
    "revolving": 0.0548,
    "higher_education": 0.0536,
    "not_employed": 0.0540,
    "working": 0.0959,
    "works_elsewhere": 0.1060,
}


def _auc(score: FloatArray, probability: FloatArray) -> float:
    """The expected AUC when outcomes are coins of these probabilities."""
    order = np.argsort(score)
    p = probability[order]
    good = np.cumsum(1 - p) - (1 - p) / 2
    return float((p * good).sum() / (p.sum() * (1 - p).sum()))


def test_truth_is_the_weighted_sum_of_its_terms(portfolio: Portfolio) -> None:
    terms = application_terms(portfolio.tables["application"]) | history_aggregates(
        portfolio.tables
    )
    weights = truth()["application"] | truth()["history"]
    log_odds = truth()["intercept"] + sum(weights[name] * terms[name] for name in weights)
    expected = 1 / (1 + np.exp(-np.asarray(log_odds)))
    assert portfolio.probability == pytest.approx(expected, abs=1e-6)


def test_every_term_has_a_weight_and_every_weight_a_term(portfolio: Portfolio) -> None:
    assert set(truth()["application"]) == set(application_terms(portfolio.tables["application"]))
    assert set(truth()["history"]) == set(history_aggregates(portfolio.tables))


def test_no_term_is_missing_for_anybody(portfolio: Portfolio) -> None:
    terms = application_terms(portfolio.tables["application"]) | history_aggregates(
        portfolio.tables
    )
    for name, values in terms.items():
        assert np.isfinite(values).all(), name


def test_mean_default_rate_is_the_published_one(portfolio: Portfolio) -> None:
    assert portfolio.probability.mean() == pytest.approx(0.0807, abs=0.004)
    error = np.sqrt(0.0807 * 0.92 / len(portfolio.defaulted))
    assert portfolio.defaulted.mean() == pytest.approx(portfolio.probability.mean(), abs=5 * error)


def test_outcomes_are_calibrated_in_every_fifth_of_the_probability(portfolio: Portfolio) -> None:
    fifths = np.array_split(np.argsort(portfolio.probability), 5)
    for rows in fifths:
        p = portfolio.probability[rows]
        error = np.sqrt((p * (1 - p)).sum()) / len(rows)
        assert portfolio.defaulted[rows].mean() == pytest.approx(p.mean(), abs=4.5 * error)


def test_best_possible_auc_is_that_of_the_best_models_on_the_real_data(
    portfolio: Portfolio,
) -> None:
    assert _auc(portfolio.probability, portfolio.probability) == pytest.approx(0.798, abs=0.008)
    found = roc_auc_score(portfolio.defaulted, portfolio.probability)
    assert found == pytest.approx(0.798, abs=0.035)


def test_application_alone_reaches_less_and_histories_add_the_rest(portfolio: Portfolio) -> None:
    terms = application_terms(portfolio.tables["application"])
    score = sum(weight * terms[name] for name, weight in truth()["application"].items())
    assert _auc(np.asarray(score), portfolio.probability) == pytest.approx(0.763, abs=0.010)


@pytest.mark.parametrize(("group", "rate"), _GROUPS.items())
def test_default_rates_of_groups_are_near_the_published_ones(
    portfolio: Portfolio, group: str, rate: float
) -> None:
    inside = application_terms(portfolio.tables["application"])[group] > 0
    assert portfolio.probability[inside].mean() == pytest.approx(rate, abs=0.010)


@pytest.mark.parametrize(("number", "published"), [(1, -0.1553), (2, -0.1605), (3, -0.1789)])
def test_external_scores_correlate_with_default_as_published(
    portfolio: Portfolio, number: int, published: float
) -> None:
    score = portfolio.tables["application"][f"EXT_SOURCE_{number}"]
    known = ~np.isnan(score)
    p = portfolio.probability[known]
    spread = np.sqrt(p.mean() * (1 - p.mean())) * score[known].std()
    assert np.cov(score[known], p)[0, 1] / spread == pytest.approx(published, abs=0.015)


def test_probability_depends_on_recorded_rows_alone(portfolio: Portfolio) -> None:
    """Without its histories an applicant has the probability of one who never borrowed."""
    empty = np.zeros(0, dtype=np.int64)
    bare = {name: take(portfolio.tables[name], empty) for name in HISTORY_TABLES}
    tables = {"application": portfolio.tables["application"]} | bare
    terms = application_terms(tables["application"])
    log_odds = truth()["intercept"] + sum(
        weight * terms[name] for name, weight in truth()["application"].items()
    )
    assert default_probability(tables) == pytest.approx(1 / (1 + np.exp(-np.asarray(log_odds))))


def test_same_seed_gives_the_same_portfolio_and_another_seed_another() -> None:
    ids = np.arange(50) + float(FIRST_ID)
    first, again, other = (
        draw_portfolio(np.random.default_rng(seed), ids, Numbering()) for seed in (1, 1, 2)
    )
    for table, frame in first.tables.items():
        for column, values in frame.items():
            np.testing.assert_array_equal(values, again.tables[table][column], column)
    np.testing.assert_array_equal(first.defaulted, again.defaulted)
    assert not np.array_equal(first.probability, other.probability)
