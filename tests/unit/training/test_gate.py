import msgspec
import numpy as np
import pytest

from tests.evaluations import an_evaluation
from training.comparison import Comparison, compare
from training.evaluate import Interval
from training.evaluation import Evaluation
from training.gate import judge_at_gate
from training.gate_rules import GateRules

RULES = GateRules()


@pytest.fixture(scope="module")
def sound() -> Evaluation:
    return an_evaluation()


def against_champion(skill: float) -> Comparison:
    """A challenger of some skill against a champion of skill 1 on the same rows."""
    draw = np.random.default_rng(7)
    truth, noise, other = draw.normal(size=(3, 3000))
    target = (draw.random(3000) < 1 / (1 + np.exp(2 - truth))).astype(np.float64)
    return compare(truth + noise, skill * truth + other, target)


def miscalibrated(sound: Evaluation, *, ece: float, p_value: float) -> Evaluation:
    goodness = msgspec.structs.replace(sound.goodness, ece=ece, p_value=p_value)
    return msgspec.structs.replace(sound, goodness=goodness)


def approving(sound: Evaluation, ratio: float | None, *, small: bool = False) -> Evaluation:
    """The group of a gender that is not the reference is approved so much less often than that."""
    interval = None if ratio is None else Interval(ratio, ratio / 1.1, ratio * 1.1)
    groups = tuple(
        one
        if one.reference or one.attribute != "gender"
        else msgspec.structs.replace(one, approval_ratio=interval, small=small)
        for one in sound.fairness
    )
    return msgspec.structs.replace(sound, fairness=groups)


def test_a_sound_model_passes_and_every_criterion_is_spoken_of(sound: Evaluation) -> None:
    verdict = judge_at_gate(sound, against_champion(1.0), RULES)

    assert verdict.passed
    assert verdict.opens
    assert verdict.refusals == ()
    assert {one.criterion for one in verdict.checks} == {"champion", "calibration", "four fifths"}


def test_the_first_model_has_no_champion_to_beat(sound: Evaluation) -> None:
    assert judge_at_gate(sound, None, RULES).passed


def test_a_model_worse_than_the_champion_by_more_than_its_interval_is_refused(
    sound: Evaluation,
) -> None:
    comparison = against_champion(0.6)

    (refusal,) = judge_at_gate(sound, comparison, RULES).refusals

    assert comparison.difference.high < 0
    assert "worse than the champion on 3,000 rows" in refusal
    assert f"{comparison.difference.value:.4f}" in refusal


def test_a_model_worse_by_less_than_its_interval_passes(sound: Evaluation) -> None:
    comparison = against_champion(0.98)

    assert comparison.difference.value < 0 < comparison.difference.high
    assert judge_at_gate(sound, comparison, RULES).passed


@pytest.mark.parametrize(
    ("rows", "defaults", "passes"), [(500, 50, True), (499, 50, False), (500, 49, False)]
)
def test_too_few_rows_in_common_with_the_champion_let_no_model_through(
    sound: Evaluation, rows: int, defaults: int, *, passes: bool
) -> None:
    comparison = msgspec.structs.replace(against_champion(1.0), rows=rows, defaults=defaults)

    verdict = judge_at_gate(sound, comparison, RULES)

    assert verdict.passed is passes
    assert passes or f"{rows} rows with {defaults} defaults are new to both" in verdict.refusals[0]


@pytest.mark.parametrize(
    ("ece", "p_value", "passes"),
    [
        (0.05, 1e-6, False),  # wrong by much, and surely
        (0.05, 0.2, True),  # few rows: noise does that
        (0.005, 1e-6, True),  # many rows: a trifle, surely
    ],
)
def test_a_model_is_miscalibrated_where_it_is_so_by_much_and_surely(
    sound: Evaluation, ece: float, p_value: float, *, passes: bool
) -> None:
    verdict = judge_at_gate(miscalibrated(sound, ece=ece, p_value=p_value), None, RULES)

    assert verdict.passed is passes
    assert passes or "miscalibrated: expected calibration error 0.0500" in verdict.refusals[0]


@pytest.mark.parametrize(("ratio", "passes"), [(0.8, True), (0.79, False), (None, False)])
def test_the_four_fifths_rule_is_held_to_the_ratio_itself(
    sound: Evaluation, ratio: float | None, *, passes: bool
) -> None:
    verdict = judge_at_gate(approving(sound, ratio), None, RULES)

    assert verdict.passed is passes
    assert passes or "gender, " in verdict.refusals[0]


def test_a_small_group_is_not_judged(sound: Evaluation) -> None:
    verdict = judge_at_gate(approving(sound, 0.3, small=True), None, RULES)

    assert verdict.passed


def test_an_attribute_with_one_group_to_judge_is_told_and_keeps_nobody_out(
    sound: Evaluation,
) -> None:
    verdict = judge_at_gate(approving(sound, 0.3, small=True), None, RULES)

    assert verdict.passed
    assert any(
        words == "gender: the four-fifths rule could not be measured: "
        "fewer than two groups are large enough"
        for words in verdict.warnings
    )


@pytest.mark.parametrize("level", [None, "missing"])
def test_an_attribute_that_nobody_has_keeps_the_model_out(
    sound: Evaluation, level: str | None
) -> None:
    groups = [one for one in sound.fairness if one.attribute != "gender"]
    if level is not None:
        groups.append(msgspec.structs.replace(sound.fairness[0], attribute="gender", level=level))
    unknown = msgspec.structs.replace(sound, fairness=tuple(groups))

    (refusal,) = judge_at_gate(unknown, None, RULES).refusals

    assert refusal.startswith("gender: the four-fifths rule could not be measured: it is missing")


def test_of_an_attribute_that_the_policy_does_not_name_the_gate_only_tells(
    sound: Evaluation,
) -> None:
    rules = msgspec.structs.replace(RULES, four_fifths_of=("elderly",))

    verdict = judge_at_gate(approving(sound, 0.3), None, rules)

    assert verdict.passed
    assert any(words.startswith("gender, ") for words in verdict.warnings)


def test_an_override_opens_the_gate_and_keeps_what_speaks_against(sound: Evaluation) -> None:
    verdict = judge_at_gate(approving(sound, 0.5), None, RULES, "signed off by the board")

    assert verdict.opens
    assert not verdict.passed
    assert verdict.override == "signed off by the board"
    assert len(verdict.refusals) == 1


def test_an_override_without_words_is_refused(sound: Evaluation) -> None:
    with pytest.raises(ValueError, match="reason in words"):
        judge_at_gate(sound, None, RULES, "  ")
