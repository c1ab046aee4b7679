import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bundle import ReasonGroup
from contracts.reasons import INQUIRIES, MOST_REASONS, principal_reasons


def _groups(count: int = 8) -> list[ReasonGroup]:
    codes = [f"G{at}" for at in range(count - 1)] + [INQUIRIES]
    return [
        ReasonGroup(code=code, text=f"Text {code}.", features=(f"{code}_A", f"{code}_B"))
        for code in codes
    ]


def _attributions(weights: dict[str, float]) -> dict[str, float]:
    """The whole of a group's weight on its first feature, nothing elsewhere."""
    names = [name for group in _groups() for name in group.features]
    return dict.fromkeys(names, 0.0) | {f"{code}_A": weight for code, weight in weights.items()}


def _codes(weights: dict[str, float]) -> list[str]:
    return [reason.code for reason in principal_reasons(_attributions(weights), _groups())]


def test_only_what_raises_the_risk_is_a_reason_strongest_first() -> None:
    assert _codes({"G0": 0.1, "G1": 0.3, "G2": -5.0, "G3": 0.0}) == ["G1", "G0"]


def test_there_are_at_most_four() -> None:
    assert _codes({f"G{at}": 1.0 + at for at in range(7)}) == ["G6", "G5", "G4", "G3"]


def test_a_fifth_is_allowed_only_to_the_number_of_inquiries() -> None:
    four = {f"G{at}": 1.0 + at for at in range(4)}
    assert _codes({**four, INQUIRIES: 0.5}) == ["G3", "G2", "G1", "G0", INQUIRIES]
    assert _codes({**four, INQUIRIES: 0.5, "G5": 0.6}) == ["G3", "G2", "G1", "G0", INQUIRIES]
    assert _codes({**four, "G5": 0.6}) == ["G3", "G2", "G1", "G0"]
    assert _codes({**four, INQUIRIES: -0.5}) == ["G3", "G2", "G1", "G0"]


def test_features_that_move_together_are_told_once_and_weigh_together() -> None:
    attributions = _attributions({"G0": 0.2, "G1": 0.25}) | {"G0_B": 0.1}
    first = principal_reasons(attributions, _groups())[0]
    assert (first.code, first.features) == ("G0", ("G0_A", "G0_B"))
    assert first.attribution == pytest.approx(0.3)


def test_what_one_feature_adds_and_its_neighbour_takes_back_is_no_reason() -> None:
    attributions = _attributions({"G0": 0.2}) | {"G0_B": -0.3}
    assert principal_reasons(attributions, _groups()) == ()


@given(st.dictionaries(st.sampled_from([g.code for g in _groups()]), st.floats(-3, 3)))
def test_reasons_raise_the_risk_in_falling_order_and_name_their_features(
    weights: dict[str, float],
) -> None:
    reasons = principal_reasons(_attributions(weights), _groups())
    strengths = [reason.attribution for reason in reasons]
    assert strengths == sorted(strengths, reverse=True)
    assert all(strength > 0 for strength in strengths)
    assert all(reason.features for reason in reasons)
    assert len(reasons) <= MOST_REASONS + (INQUIRIES in [reason.code for reason in reasons])
