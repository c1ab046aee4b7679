"""The gate: whether a model may be put into force, and in words why not. Pure."""

from collections.abc import Iterator, Sequence

import msgspec

from training.cohorts import MISSING
from training.comparison import Comparison
from training.evaluation import Evaluation
from training.fairness import FairnessGroup
from training.gate_rules import GateRules


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion: whether it is held, and the figures that say so.

    What is not `binding` is told and keeps no model out.
    """

    criterion: str
    passed: bool
    words: str
    binding: bool = True


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate says of a model.

    Attributes:
        checks: every criterion.
        override: the reason for which a model that fails is let through all the same.
    """

    checks: tuple[Check, ...]
    override: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every criterion that binds is held."""
        return not self.refusals

    @property
    def opens(self) -> bool:
        """Whether the model may be put into force."""
        return self.passed or self.override is not None

    @property
    def refusals(self) -> tuple[str, ...]:
        """What speaks against the model."""
        return tuple(one.words for one in self.checks if one.binding and not one.passed)

    @property
    def in_words(self) -> tuple[str, ...]:
        """What must be told of a model that the gate let through."""
        overridden = (f"overridden: {words}" for words in self.refusals)
        return (*overridden, *(f"note: {words}" for words in self.warnings))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be known of the model and keeps it not out."""
        return tuple(one.words for one in self.checks if not (one.binding or one.passed))


def judge_at_gate(
    evaluation: Evaluation,
    comparison: Comparison | None,
    rules: GateRules,
    override: str | None = None,
) -> Verdict:
    """Hold a model against the rules.

    Args:
        evaluation: of the model, on rows out of fold.
        comparison: with the champion, on rows that neither had seen; None where there is none.
        rules: the bounds.
        override: a reason in words to let a model through that fails.

    Raises:
        ValueError: the reason has no words.
    """
    if override is not None and not override.strip():
        raise ValueError("an override needs a reason in words")
    checks = (
        _rank(comparison, rules),
        _calibration(evaluation, rules),
        *_fairness(evaluation, rules),
    )
    return Verdict(checks=checks, override=override)


def _rank(comparison: Comparison | None, rules: GateRules) -> Check:
    if comparison is None:
        return Check(criterion="champion", passed=True, words="there is no champion to beat")
    if comparison.rows < rules.overlap_rows or comparison.defaults < rules.overlap_defaults:
        return _too_few(comparison, rules)
    state = "worse than" if comparison.worse else "not worse than"
    return Check(
        criterion="champion",
        passed=not comparison.worse,
        words=f"{state} the champion on {comparison.rows:,} rows that neither had seen: "
        f"AUC {comparison.challenger.value:.4f} against {comparison.champion.value:.4f}, "
        f"difference {comparison.difference}",
    )


def _too_few(comparison: Comparison, rules: GateRules) -> Check:
    """Few rows show no difference between any two models: that would let every model through."""
    return Check(
        criterion="champion",
        passed=False,
        words=f"cannot be compared with the champion: {comparison.rows:,} rows with "
        f"{comparison.defaults:,} defaults are new to both, at least {rules.overlap_rows:,} with "
        f"{rules.overlap_defaults:,} are needed",
    )


def _calibration(evaluation: Evaluation, rules: GateRules) -> Check:
    """Wrong by much, and by more than noise: few rows are not blamed, nor many for a trifle."""
    found = evaluation.goodness
    large = found.ece > rules.calibration_error
    certain = found.p_value < rules.significance
    state = "miscalibrated" if large and certain else "calibrated"
    return Check(
        criterion="calibration",
        passed=not (large and certain),
        words=f"{state}: expected calibration error {found.ece:.4f}, at most "
        f"{rules.calibration_error:g} is allowed and {found.ece_of_noise:.4f} is noise; true "
        f"probabilities would do as badly with probability {found.p_value:.2g}",
    )


def _fairness(evaluation: Evaluation, rules: GateRules) -> Iterator[Check]:
    for group in evaluation.fairness:
        if not (group.small or group.reference):
            yield _four_fifths(group, rules)
    for attribute in rules.four_fifths_of:
        groups = [one for one in evaluation.fairness if one.attribute == attribute]
        yield from _unmeasured(attribute, [one for one in groups if one.level != MISSING])


def _unmeasured(attribute: str, known: Sequence[FairnessGroup]) -> Iterator[Check]:
    """Of one group nothing can be compared; an attribute that nobody has keeps a model out."""
    if sum(not one.small for one in known) > 1:
        return
    why = "fewer than two groups are large enough" if known else "it is missing for every applicant"
    yield Check(
        criterion="four fifths",
        passed=False,
        words=f"{attribute}: the four-fifths rule could not be measured: {why}",
        binding=not known,
    )


def _four_fifths(group: FairnessGroup, rules: GateRules) -> Check:
    """The ratio itself counts, not an end of its interval: doubt is no defence.

    What chance alone may do is met by leaving out small groups, and who knows better overrides.
    """
    name, binding = f"{group.attribute}, {group.level}", group.attribute in rules.four_fifths_of
    if group.approval_ratio is None:
        nobody = f"{name}: nobody is approved"
        return Check(criterion="four fifths", passed=False, words=nobody, binding=binding)
    held = group.approval_ratio.value >= rules.four_fifths
    state = "holds" if held else "is below"
    return Check(
        criterion="four fifths",
        passed=held,
        words=f"{name}: {state} the {rules.four_fifths:g} rule: its approval rate is "
        f"{group.approval.value:.1%}, {group.approval_ratio} of that of the group approved most; "
        f"it defaulted in {group.observed.value:.1%}, predicted were {group.predicted:.1%}",
        binding=binding,
    )
