"""Decision thresholds by expected profit, in shares of the amount of credit. Pure."""

import math
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import bisect

from contracts.bundle import DecisionPolicy, PointsScale, Share
from training.calibrate import Method
from training.gate_rules import GateRules
from training.toml_file import read_toml

Doubles = npt.NDArray[np.float64]

DEFAULT_POLICY = Path(__file__).with_name("policy.toml")


class Economics(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What decisions earn and cost, as shares of the amount of credit; see `policy.toml`."""

    margin: Share
    loss_given_default: Share
    review_cost: Share
    review_finds: Share
    review_rejects: Share
    review_capacity: Share

    def __post_init__(self) -> None:
        """Refuse terms under which no threshold can be told.

        Raises:
            ValueError: neither a good nor a bad applicant makes a difference.
        """
        if self.margin + self.loss_given_default == 0:
            raise ValueError("margin and loss_given_default are both 0: no loan earns or loses")
        if self.kept + self.missed == 0:
            raise ValueError(
                "a review would approve no loan that earns or loses: review_rejects or margin, and "
                "review_finds or loss_given_default, leave nothing"
            )

    @property
    def kept(self) -> float:
        """What a good applicant earns after a review."""
        return (1 - self.review_rejects) * self.margin

    @property
    def missed(self) -> float:
        """What a bad applicant loses after a review."""
        return (1 - self.review_finds) * self.loss_given_default

    @property
    def break_even(self) -> float:
        """The probability of default at which a loan earns nothing."""
        return self.margin / (self.margin + self.loss_given_default)


class CalibrationChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How raw scores become probabilities; see `policy.toml`."""

    method: Method = "platt"


class PolicyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy file."""

    economics: Economics
    calibration: CalibrationChoice = CalibrationChoice()
    points: PointsScale = PointsScale()
    gate: GateRules = GateRules()

    def __post_init__(self) -> None:
        """Refuse a scale of points without end.

        Raises:
            ValueError: a number of the scale is not finite.
        """
        for name, value in msgspec.structs.asdict(self.points).items():
            if not math.isfinite(value):
                raise ValueError(f"points: {name} is {value}, not a finite number")


@dataclass(frozen=True, slots=True)
class Profit:
    """Expected profit per unit of credit applied for, under each way to treat an applicant."""

    approve: Doubles
    refer: Doubles


def read_policy(path: Path) -> PolicyFile:
    """The policy of a file.

    Raises:
        BadInputError: names the file and what is wrong in it.
    """
    return read_toml(path, PolicyFile, "--policy")


def expected_profit(economics: Economics, probability: Doubles, price: float = 0.0) -> Profit:
    """What approving and reviewing are expected to earn; declining earns nothing.

    Args:
        economics: shares of the amount of credit.
        probability: of default.
        price: added to the cost of a review, for reviewers are scarce.
    """
    repaid = (1 - probability) * economics.margin
    lost = probability * economics.loss_given_default
    kept, missed = 1 - economics.review_rejects, 1 - economics.review_finds
    review = kept * repaid - missed * lost - economics.review_cost - price
    return Profit(approve=repaid - lost, refer=review)


def decide_thresholds(economics: Economics, probability: Doubles) -> DecisionPolicy:
    """The thresholds that earn most on these probabilities, within the reviewers' capacity.

    Where more would be referred than reviewers can take, the price of a review rises until they
    can: those stay whose review is worth most.
    """
    price = 0.0
    if _referred(_thresholds(economics, price), probability) > economics.review_capacity:
        dear = economics.margin + economics.loss_given_default
        price = bisect(lambda p: _over_capacity(economics, p, probability), 0.0, dear, xtol=1e-9)
        price = min(price + 1e-9, dear)
    return _thresholds(economics, price)


def _over_capacity(economics: Economics, price: float, probability: Doubles) -> float:
    referred = _referred(_thresholds(economics, price), probability)
    return 1.0 if referred > economics.review_capacity else -1.0


def _referred(policy: DecisionPolicy, probability: Doubles) -> float:
    within = (probability >= policy.approve_below) & (probability < policy.decline_from)
    return float(within.mean())


def _thresholds(economics: Economics, price: float) -> DecisionPolicy:
    """Where a review begins and ceases to earn more than approving and declining outright."""
    gain = economics.review_rejects * economics.margin + economics.review_cost + price
    found = economics.review_finds * economics.loss_given_default
    begins = gain / (economics.review_rejects * economics.margin + found) if found else 1.0
    kept, missed = economics.kept, economics.missed
    ceases = (kept - economics.review_cost - price) / (kept + missed)
    if begins >= ceases:
        return DecisionPolicy(approve_below=economics.break_even, decline_from=economics.break_even)
    return DecisionPolicy(approve_below=begins, decline_from=ceases)


def profit_of(economics: Economics, policy: DecisionPolicy, probability: Doubles) -> float:
    """Expected profit per unit of credit applied for under a policy."""
    profit = expected_profit(economics, probability)
    approved = probability < policy.approve_below
    referred = ~approved & (probability < policy.decline_from)
    return float(np.where(approved, profit.approve, np.where(referred, profit.refer, 0.0)).mean())
