"""Quality by segment: where a model that is good on the whole may not be. Pure."""

from collections.abc import Mapping

import msgspec

from training.cohorts import Labels, levels
from training.evaluate import Doubles, Interval, auc_interval, wilson
from training.gate_rules import GateRules


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Applicants with something in common.

    Attributes:
        attribute: what they have in common.
        level: its value.
        rows: how many.
        defaults: how many of them defaulted.
        predicted: the mean probability.
        observed: the share that defaulted, with Wilson's interval.
        auc: with DeLong's interval; None with fewer than two rows of a class.
        small: too few rows or defaults to rely on the figures.
    """

    attribute: str
    level: str
    rows: int
    defaults: int
    predicted: float
    observed: Interval
    auc: Interval | None
    small: bool


def by_segment(
    probability: Doubles, target: Doubles, labels: Mapping[str, Labels], rules: GateRules
) -> tuple[Segment, ...]:
    """Every level of every attribute."""
    return tuple(
        _segment((attribute, level), probability[inside], target[inside], rules)
        for attribute, of_rows in labels.items()
        for level, inside in levels(of_rows)
    )


def _segment(
    name: tuple[str, str], probability: Doubles, target: Doubles, rules: GateRules
) -> Segment:
    rows, defaults = len(target), int(target.sum())
    return Segment(
        attribute=name[0],
        level=name[1],
        rows=rows,
        defaults=defaults,
        predicted=float(probability.mean()),
        observed=wilson(defaults, rows),
        auc=auc_interval(probability, target) if min(defaults, rows - defaults) > 1 else None,
        small=rows < rules.small_rows or min(defaults, rows - defaults) < rules.small_defaults,
    )
