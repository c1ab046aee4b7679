"""Pictures of what decisions earn, with the thresholds in force. Pure: records in."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from contracts.bundle import DecisionPolicy
from training.decisions import Decisions
from training.plots import BAD, GOOD, NEUTRAL, canvas
from training.policy import expected_profit

_LEAST_REACH = 0.05


def profit_of_decisions(decisions: Decisions) -> Figure:
    """What each decision is expected to earn on an applicant, and where the thresholds lie."""
    figure, axes = canvas("Expected profit of a decision")
    reach = np.array([0.0, max(2.5 * decisions.policy.decline_from, _LEAST_REACH)])
    earned = expected_profit(decisions.economics, reach)
    axes.plot(reach, 100 * earned.approve, color=GOOD, linewidth=2, label="approve")
    axes.plot(reach, 100 * earned.refer, color=NEUTRAL, linewidth=2, label="refer")
    axes.axhline(0, color=BAD, linewidth=2, label="decline")
    _mark_thresholds(axes, decisions.policy)
    shares = ", ".join(f"{one.decision} {one.share:.1%}" for one in decisions.shares)
    axes.set(
        xlabel=f"probability of default ({shares})", ylabel="profit, % of the amount applied for"
    )
    capacity = decisions.economics.review_capacity
    axes.legend(frameon=False, title=f"reviewers can take {capacity:.0%}")
    return figure


def profit_curve(decisions: Decisions) -> Figure:
    """The profit of the portfolio by the threshold, and what the policy with reviews earns."""
    figure, axes = canvas("Profit of all applications, by the threshold of approval")
    threshold = [one.threshold for one in decisions.curve]
    realised = [100 * one.realised for one in decisions.curve]
    expected = [100 * one.expected for one in decisions.curve]
    axes.plot(threshold, realised, color=GOOD, linewidth=2, label="by the outcomes, no review")
    axes.plot(
        threshold, expected, color=NEUTRAL, linewidth=1.5, linestyle="--",
        label="by the probabilities, no review",
    )  # fmt: skip
    axes.axhline(
        100 * decisions.realised_profit, color=BAD, linewidth=1,
        label="by the outcomes, with reviews between the thresholds",
    )  # fmt: skip
    _mark_thresholds(axes, decisions.policy)
    axes.set(
        xlabel="approved below this probability of default, others declined",
        ylabel="profit, % of the amount applied for",
        xlim=(0, max(3 * decisions.policy.decline_from, _LEAST_REACH)),
    )
    axes.legend(frameon=False, loc="center right")
    return figure


def _mark_thresholds(axes: Axes, policy: DecisionPolicy) -> None:
    for threshold, words in (
        (policy.approve_below, f"approve below {policy.approve_below:.3f}"),
        (policy.decline_from, f"decline from {policy.decline_from:.3f}"),
    ):
        axes.axvline(threshold, color="black", linewidth=1, linestyle="--")
        axes.text(
            threshold, 0.02, f"{words} ", rotation=90, ha="right", va="bottom", fontsize=8,
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip
