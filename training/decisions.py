"""What the decisions of a policy earn on rows whose outcomes are known. Pure."""

import msgspec
import numpy as np

from contracts.bundle import DecisionPolicy
from training.evaluate import Doubles, Interval, wilson
from training.policy import Economics, expected_profit, profit_of

_CURVE = 100


class DecisionShare(msgspec.Struct, frozen=True, kw_only=True):
    """The applicants that one decision falls to.

    `default_rate` has Wilson's interval, and is None where the decision falls to nobody.
    """

    decision: str
    rows: int
    share: float
    predicted: float
    default_rate: Interval | None


class ProfitPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Profit per unit of credit applied for when all below a threshold are approved unreviewed.

    `expected` follows from the probabilities, `realised` from the outcomes.
    """

    threshold: float
    approved: float
    expected: float
    realised: float


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """The policy's decisions, on credits that weigh alike; profit is per unit applied for.

    Attributes:
        policy: the thresholds.
        economics: what they follow from.
        break_even: the probability of default at which a loan earns nothing.
        shares: who is approved, referred and declined.
        expected_profit: by the probabilities, reviews included.
        realised_profit: by the outcomes, with a review that finds what the economics say.
        profit_without_review: realised by one threshold at break-even.
        profit_of_approving_all: realised by no model at all.
        curve: profit by threshold, without reviews.
    """

    policy: DecisionPolicy
    economics: Economics
    break_even: float
    shares: tuple[DecisionShare, ...]
    expected_profit: float
    realised_profit: float
    profit_without_review: float
    profit_of_approving_all: float
    curve: tuple[ProfitPoint, ...]


def judge_decisions(
    economics: Economics, policy: DecisionPolicy, probability: Doubles, target: Doubles
) -> Decisions:
    """Shares, default rates and profit of a policy; its thresholds alone decide."""
    approved = probability < policy.approve_below
    declined = probability >= policy.decline_from
    earned = expected_profit(economics, target)  # an outcome is a probability of 0 or 1
    plain = DecisionPolicy(approve_below=economics.break_even, decline_from=economics.break_even)
    return Decisions(
        policy=policy,
        economics=economics,
        break_even=economics.break_even,
        shares=tuple(
            _share(decision, probability[rows], target[rows], len(target))
            for decision, rows in (
                ("approve", approved),
                ("refer", ~approved & ~declined),
                ("decline", declined),
            )
        ),
        expected_profit=profit_of(economics, policy, probability),
        realised_profit=_realised(economics, policy, probability, target),
        profit_without_review=_realised(economics, plain, probability, target),
        profit_of_approving_all=float(earned.approve.mean()),
        curve=_curve(economics, probability, target),
    )


def _share(decision: str, probability: Doubles, target: Doubles, of: int) -> DecisionShare:
    rows = len(target)
    return DecisionShare(
        decision=decision,
        rows=rows,
        share=rows / of,
        predicted=float(probability.mean()) if rows else 0.0,
        default_rate=wilson(target.sum(), rows) if rows else None,
    )


def _realised(
    economics: Economics, policy: DecisionPolicy, probability: Doubles, target: Doubles
) -> float:
    earned = expected_profit(economics, target)
    approved = probability < policy.approve_below
    referred = ~approved & (probability < policy.decline_from)
    return float(np.where(approved, earned.approve, np.where(referred, earned.refer, 0.0)).mean())


def _curve(economics: Economics, probability: Doubles, target: Doubles) -> tuple[ProfitPoint, ...]:
    order = np.argsort(probability, kind="stable")
    ranked = probability[order]
    expected = np.cumsum(expected_profit(economics, ranked).approve) / len(ranked)
    realised = np.cumsum(expected_profit(economics, target[order]).approve) / len(ranked)
    places = np.unique(np.linspace(1, len(ranked), _CURVE).astype(np.intp)) - 1
    return tuple(
        ProfitPoint(
            threshold=float(ranked[at]),
            approved=(int(at) + 1) / len(ranked),
            expected=float(expected[at]),
            realised=float(realised[at]),
        )
        for at in places
    )
