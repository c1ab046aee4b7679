"""The leading figures of an evaluation in words, for the end of a run. Pure."""

from collections.abc import Iterator

from training.evaluation import Evaluation
from training.fairness import FairnessGroup


def evaluation_in_words(evaluation: Evaluation) -> str:
    """One line each for calibration, decisions, lift, stability and the least favoured groups."""
    return "\n".join(_lines(evaluation))


def _lines(evaluation: Evaluation) -> Iterator[str]:
    for one in evaluation.calibrations:
        in_force = " (in force)" if one.method == evaluation.calibration_method else ""
        yield (
            f"calibration {one.method}{in_force}: log loss {one.log_loss:.5f}, "
            f"Brier {one.brier:.5f}, ECE {one.ece:.5f}, AUC lost by ties {one.auc_lost:.5f}"
        )
    yield (
        f"expected calibration error {evaluation.intervals['ece']}, by noise alone "
        f"{evaluation.goodness.ece_of_noise:.4f}; slope {evaluation.goodness.slope}"
    )
    yield _decisions(evaluation)
    first = evaluation.lift[0]
    yield f"the riskiest tenth holds {first.gain:.1%} of the defaults, lift {first.lift:.2f}"
    if evaluation.stability is not None:
        found = evaluation.stability
        yield (
            f"score stability, train to test: PSI {found.psi:.4f}, by chance alone below "
            f"{found.critical:.4f} in 95 % of cases"
        )
    for attribute in dict.fromkeys(one.attribute for one in evaluation.fairness):
        yield from _least_favoured(
            [one for one in evaluation.fairness if one.attribute == attribute]
        )


def _decisions(evaluation: Evaluation) -> str:
    found = evaluation.decisions
    approved, referred, declined = (one.share for one in found.shares)
    return (
        f"approve below {found.policy.approve_below:.4f} ({approved:.1%}), "
        f"decline from {found.policy.decline_from:.4f} ({declined:.1%}), "
        f"refer between ({referred:.1%}); profit {found.realised_profit:.2%} of the amount "
        f"applied for, {found.profit_of_approving_all:.2%} if all were approved"
    )


def _least_favoured(groups: list[FairnessGroup]) -> Iterator[str]:
    judged = [one for one in groups if not one.small and one.approval_ratio is not None]
    if judged:
        least = min(judged, key=lambda one: one.approval.value)
        yield (
            f"fairness by {least.attribute}: approved least are {least.level}, "
            f"{least.approval_ratio} of the rate of those approved most"
        )
