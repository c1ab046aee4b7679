import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bundle import (
    BUNDLE_FORMAT,
    Calibration,
    DecisionPolicy,
    IncompatibleBundleError,
    PointsScale,
)
from contracts.events import Decision, HistoryStatus
from contracts.features import feature_names
from tests.builders import HISTORY_FEATURES, LEVELS, REASONS, a_manifest

RAW_SCORES = st.floats(-1e6, 1e6)
PROBABILITIES = st.floats(0, 1)
POLICY = DecisionPolicy(approve_below=0.1, decline_from=0.3)


@given(RAW_SCORES, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_a_calibrated_probability_is_a_probability(
    raw_score: float, slope: float, intercept: float
) -> None:
    assert 0 <= Calibration(slope=slope, intercept=intercept).probability(raw_score) <= 1


@given(RAW_SCORES, RAW_SCORES, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_a_higher_raw_score_is_never_a_lower_probability(
    one: float, other: float, slope: float, intercept: float
) -> None:
    calibration = Calibration(slope=slope, intercept=intercept)
    low, high = sorted([one, other])
    assert calibration.probability(low) <= calibration.probability(high)


@given(st.floats(-30, 30))
def test_calibration_is_a_line_in_log_odds(raw_score: float) -> None:
    probability = Calibration(slope=0.5, intercept=-1).probability(raw_score)
    assert math.log(probability / (1 - probability)) == pytest.approx(0.5 * raw_score - 1, abs=1e-9)


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2).map(sorted),
    st.floats(1e-2, 1e2),
    st.floats(1e-2, 1e2),
    st.floats(-10, 10),
)
def test_a_bent_calibration_keeps_the_order_and_gives_probabilities(
    raw_scores: list[float], left: float, right: float, intercept: float
) -> None:
    calibration = Calibration(slope=left, bend=right - left, intercept=intercept)

    low, high = (calibration.probability(one) for one in raw_scores)

    assert 0 <= low <= high <= 1


@given(st.floats(-30, 30), st.floats(0.1, 3), st.floats(0.1, 3))
def test_a_bent_calibration_is_beta_calibration_of_the_logistic(
    raw_score: float, a: float, b: float
) -> None:
    score = 1 / (1 + math.exp(-raw_score))
    odds = math.exp(0.3) * score**a / math.exp(-raw_score) ** b / score**b  # c + a ln s - b ln(1-s)

    found = Calibration(slope=a, bend=b - a, intercept=0.3).probability(raw_score)

    assert found == pytest.approx(odds / (1 + odds), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("bend", [-1.0, -1.5])
def test_a_calibration_that_turns_back_is_refused(bend: float) -> None:
    with pytest.raises(msgspec.ValidationError, match="turns back"):
        msgspec.convert({"slope": 1.0, "bend": bend}, Calibration)


def test_a_calibration_without_a_bend_reads_and_scores_as_before() -> None:
    found = msgspec.convert({"slope": 1.1, "intercept": -0.2}, Calibration)

    assert found == Calibration(slope=1.1, intercept=-0.2)
    assert found.probability(-2.0) == math.exp(1.1 * -2.0 - 0.2) / (1 + math.exp(1.1 * -2.0 - 0.2))


@pytest.mark.parametrize("slope", [0, -1])
def test_a_calibration_that_turns_the_order_round_is_refused(slope: float) -> None:
    with pytest.raises(msgspec.ValidationError, match="slope"):
        msgspec.convert({"slope": slope}, Calibration)


def test_points_stand_at_the_base_at_the_base_odds() -> None:
    scale = PointsScale(base=600, base_odds=30, doubling=20)
    assert scale.points(1 / 31) == 600
    assert scale.points(1 / 61) == 620
    assert scale.points(1 / 16) == 580


@given(PROBABILITIES, PROBABILITIES)
def test_more_risk_is_never_more_points(one: float, other: float) -> None:
    low, high = sorted([one, other])
    assert PointsScale().points(low) >= PointsScale().points(high)


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_certainty_has_points_too(probability: float) -> None:
    assert abs(PointsScale().points(probability)) < 2000


@pytest.mark.parametrize(
    ("probability", "decision"),
    [
        (0.0, Decision.APPROVE),
        (math.nextafter(0.1, 0), Decision.APPROVE),
        (0.1, Decision.REFER),
        (math.nextafter(0.3, 0), Decision.REFER),
        (0.3, Decision.DECLINE),
        (1.0, Decision.DECLINE),
    ],
)
@pytest.mark.parametrize("history", [HistoryStatus.PRESENT, HistoryStatus.NONE])
def test_the_policy_decides_by_its_thresholds(
    probability: float, decision: Decision, history: HistoryStatus
) -> None:
    assert POLICY.decide(probability, history) is decision


@given(PROBABILITIES)
def test_an_unknown_history_is_never_approved(probability: float) -> None:
    assert POLICY.decide(probability, HistoryStatus.UNKNOWN) is not Decision.APPROVE


def test_an_unknown_history_is_judged_like_others_where_the_policy_says_so() -> None:
    policy = msgspec.structs.replace(POLICY, refer_unknown=False)
    assert policy.decide(0.05, HistoryStatus.UNKNOWN) is Decision.APPROVE


def test_thresholds_that_meet_leave_nothing_to_refer() -> None:
    policy = DecisionPolicy(approve_below=0.2, decline_from=0.2)
    assert policy.decide(0.2, HistoryStatus.NONE) is Decision.DECLINE
    assert policy.decide(0.19, HistoryStatus.NONE) is Decision.APPROVE


def test_thresholds_that_cross_are_refused() -> None:
    with pytest.raises(ValueError, match=r"approve_below 0\.3 > decline_from 0\.1"):
        DecisionPolicy(approve_below=0.3, decline_from=0.1)


def test_a_manifest_comes_back_from_json() -> None:
    manifest = a_manifest()
    manifest.check()
    assert msgspec.json.decode(msgspec.json.encode(manifest), type=type(manifest)) == manifest


def test_a_manifest_s_features_are_those_of_the_matrix() -> None:
    assert a_manifest().features == feature_names(HISTORY_FEATURES)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"format": BUNDLE_FORMAT + 1}, "bundle format"),
        ({"feature_version": "0"}, "feature version"),
        ({"categories": dict(list(LEVELS.items())[1:])}, "categories"),
        ({"model_features": ("NO_SUCH_FEATURE",)}, "NO_SUCH_FEATURE"),
        ({"reasons": REASONS[1:]}, "features with a reason"),
        ({"reasons": (*REASONS, REASONS[0])}, "features with a reason"),
    ],
)
def test_a_manifest_this_code_cannot_serve_is_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(IncompatibleBundleError, match=named):
        msgspec.structs.replace(a_manifest(), **changes).check()
