"""Whether groups of applicants are treated alike: approval, opportunity, calibration. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from contracts.bundle import DecisionPolicy
from training.cohorts import Labels, levels
from training.evaluate import Doubles, Interval, wilson
from training.gate_rules import GateRules

Mask = npt.NDArray[np.bool_]


class FairnessGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group under the model's own decisions; approved means approved without a review.

    Attributes:
        attribute: what the group has in common.
        level: its value.
        rows: how many applicants.
        defaults: how many of them defaulted.
        approval: the share approved, with Wilson's interval.
        approval_ratio: to the reference group, with Katz' interval; the four-fifths rule.
        declined: the share declined.
        opportunity: the share approved among those who repaid; None where nobody did.
        opportunity_ratio: of the opportunity, to the reference group.
        predicted: the mean probability of default.
        observed: the share that defaulted, with Wilson's interval.
        reference: whether the others are compared with this one: of the groups that are not small,
            the one with the highest approval rate.
        small: too few applicants to be judged.
    """

    attribute: str
    level: str
    rows: int
    defaults: int
    approval: Interval
    approval_ratio: Interval | None
    declined: Interval
    opportunity: Interval | None
    opportunity_ratio: Interval | None
    predicted: float
    observed: Interval
    reference: bool
    small: bool

    @property
    def calibrated(self) -> bool:
        """Whether what was predicted lies in the interval of what was observed."""
        return self.observed.low <= self.predicted <= self.observed.high


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of a group."""

    level: str
    probability: Doubles
    target: Doubles
    approved: Mask
    declined: Mask

    @property
    def approval(self) -> "_Count":
        return int(self.approved.sum()), len(self.target)

    @property
    def opportunity(self) -> "_Count":
        good = self.target == 0
        return int(self.approved[good].sum()), int(good.sum())


_Count: TypeAlias = tuple[int, int]


def by_group(
    probability: Doubles,
    target: Doubles,
    policy: DecisionPolicy,
    labels: Mapping[str, Labels],
    rules: GateRules,
) -> tuple[FairnessGroup, ...]:
    """Every group of every attribute, each beside the reference group of its attribute.

    Args:
        probability: of default.
        target: 1.0 for a default.
        policy: its thresholds alone decide.
        labels: for each attribute the group of every row.
        rules: which groups are small.
    """
    approved, declined = probability < policy.approve_below, probability >= policy.decline_from
    found: list[FairnessGroup] = []
    for attribute, of_rows in labels.items():
        parts = [
            _Part(level, probability[rows], target[rows], approved[rows], declined[rows])
            for level, rows in levels(of_rows)
        ]
        reference = _reference(parts, len(target), rules)
        found += [_group(attribute, part, reference, len(target), rules) for part in parts]
    return tuple(found)


def _reference(parts: Sequence[_Part], rows: int, rules: GateRules) -> _Part:
    """The group approved most; only where all are small may a small one be the measure."""
    large = [part for part in parts if not rules.is_small(len(part.target), rows)]
    return max(large or parts, key=lambda part: float(part.approved.mean()))


def _group(
    attribute: str, part: _Part, reference: _Part, rows: int, rules: GateRules
) -> FairnessGroup:
    defaults, size = int(part.target.sum()), len(part.target)
    return FairnessGroup(
        attribute=attribute,
        level=part.level,
        rows=size,
        defaults=defaults,
        approval=wilson(*part.approval),
        approval_ratio=ratio(part.approval, reference.approval),
        declined=wilson(int(part.declined.sum()), size),
        opportunity=wilson(*part.opportunity) if part.opportunity[1] else None,
        opportunity_ratio=ratio(part.opportunity, reference.opportunity),
        predicted=float(part.probability.mean()),
        observed=wilson(defaults, size),
        reference=part is reference,
        small=rules.is_small(size, rows),
    )


def ratio(part: _Count, reference: _Count) -> Interval | None:
    """The ratio of two shares, each given as a count and the rows it is of; None where one is zero.

    Source: D. Katz et al., Obtaining confidence intervals for the risk ratio in cohort studies,
    1978.

    >>> print(ratio((48, 80), (30, 40)))
    0.8000 (0.6212 to 1.0303)
    """
    if part == reference:
        return Interval(1.0, 1.0, 1.0) if part[0] else None
    if not (part[0] and reference[0]):
        return None
    (count, rows), (others, of) = part, reference
    value = (count / rows) / (others / of)
    spread = math.sqrt(1 / count - 1 / rows + 1 / others - 1 / of)
    width = math.exp(float(norm.ppf(0.975)) * spread)
    return Interval(value, value / width, value * width)
