from training.gate_rules import GateRules
from training.recorded_policy import compare_rules


def test_the_bounds_of_the_training_are_held() -> None:
    assert compare_rules(GateRules(), GateRules()).passed


def test_other_bounds_than_those_of_the_training_bind_and_are_named() -> None:
    check = compare_rules(GateRules(), GateRules(four_fifths=0.5))

    assert (check.passed, check.binding) == (False, True)
    assert check.words.endswith("of the training: four_fifths 0.5, recorded 0.8")
