from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import BadInputError
from training.policy import (
    DEFAULT_POLICY,
    Economics,
    decide_thresholds,
    expected_profit,
    profit_of,
    read_policy,
)

RISKS = np.random.default_rng(7).beta(1.2, 12, 4000)


def economics(**changes: float) -> Economics:
    usual = {
        "margin": 0.1,
        "loss_given_default": 0.6,
        "review_cost": 0.004,
        "review_finds": 0.35,
        "review_rejects": 0.05,
        "review_capacity": 1.0,
    }
    return Economics(**(usual | changes))


SHARES = st.floats(0.01, 0.99)


@given(
    margin=SHARES,
    loss=SHARES,
    cost=st.floats(0, 0.05),
    finds=SHARES,
    rejects=SHARES,
)
def test_no_other_decision_earns_more_than_that_of_the_thresholds(
    margin: float, loss: float, cost: float, finds: float, rejects: float
) -> None:
    terms = economics(
        margin=margin,
        loss_given_default=loss,
        review_cost=cost,
        review_finds=finds,
        review_rejects=rejects,
    )
    risks = np.linspace(0, 1, 201)
    profit = expected_profit(terms, risks)
    best = np.maximum(np.maximum(profit.approve, profit.refer), 0.0).mean()

    assert profit_of(terms, decide_thresholds(terms, risks), risks) == pytest.approx(best)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('four_fifths_of = ["Gender"]', "Gender"),
        ("overlap_rows = 0", "overlap_rows"),
        ("overlap_defaults = -1", "overlap_defaults"),
        ("small_rows = 0", "small_rows"),
        ("small_defaults = 0", "small_defaults"),
        ("small_share = 1.5", "small_share"),
    ],
)
def test_bounds_that_would_hold_nobody_are_refused(tmp_path: Path, line: str, told: str) -> None:
    name = line.split(" = ", maxsplit=1)[0]
    lines = DEFAULT_POLICY.read_text().splitlines()
    path = tmp_path / "policy.toml"
    path.write_text("\n".join(line if one.startswith(f"{name} =") else one for one in lines))

    with pytest.raises(BadInputError, match=told):
        read_policy(path)


@given(st.floats(0.001, 0.5))
def test_no_more_are_referred_than_reviewers_can_take(capacity: float) -> None:
    terms = economics(review_capacity=capacity)

    policy = decide_thresholds(terms, RISKS)

    referred = ((policy.approve_below <= RISKS) & (policy.decline_from > RISKS)).mean()
    assert referred <= capacity
    assert policy.approve_below <= terms.break_even <= policy.decline_from


def test_scarce_reviewers_are_used_to_their_capacity() -> None:
    policy = decide_thresholds(economics(review_capacity=0.1), RISKS)

    referred = ((policy.approve_below <= RISKS) & (policy.decline_from > RISKS)).mean()
    assert referred == pytest.approx(0.1, abs=0.002)


def test_a_review_that_costs_more_than_it_finds_is_never_asked_for() -> None:
    terms = economics(review_cost=0.5)

    policy = decide_thresholds(terms, RISKS)

    assert policy.approve_below == policy.decline_from == terms.break_even


def test_the_default_policy_file_is_valid() -> None:
    assert read_policy(DEFAULT_POLICY).economics.break_even == pytest.approx(1 / 7)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[economics", "line 1|at line|Expected"),
        ("[economics]\nmargin = 2.0", "margin"),
        ("[economics]\nmargin = 0.1\nmargins = 0.2", "margins|missing required"),
    ],
)
def test_a_wrong_policy_file_is_named_with_what_is_wrong(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)

    with pytest.raises(BadInputError, match=f"policy.toml: .*({complaint})"):
        read_policy(path)


@pytest.mark.parametrize(
    "terms",
    [
        {"margin": 0.0, "loss_given_default": 0.0},
        {"review_finds": 1.0, "review_rejects": 1.0},
        {"margin": 0.0, "review_finds": 1.0},
        {"loss_given_default": 0.0, "review_rejects": 1.0},
    ],
)
def test_terms_under_which_nothing_is_earned_or_lost_are_refused(terms: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no loan"):
        economics(**terms)


@pytest.mark.parametrize(
    ("name", "value"), [("doubling", "inf"), ("base", "nan"), ("base_odds", "inf")]
)
def test_points_without_end_are_refused(tmp_path: Path, name: str, value: str) -> None:
    lines = DEFAULT_POLICY.read_text().splitlines()
    changed = (f"{name} = {value}" if one.startswith(f"{name} =") else one for one in lines)
    path = tmp_path / "policy.toml"
    path.write_text("\n".join(changed))

    with pytest.raises(BadInputError, match=rf"policy\.toml: .*{name} is {value}"):
        read_policy(path)


def test_a_share_that_is_no_number_is_refused(tmp_path: Path) -> None:
    lines = DEFAULT_POLICY.read_text().splitlines()
    changed = ("margin = nan" if one.startswith("margin =") else one for one in lines)
    path = tmp_path / "policy.toml"
    path.write_text("\n".join(changed))

    with pytest.raises(BadInputError, match="margin"):
        read_policy(path)
