"""What a history feature is, and how families of them come from subsets and quantities.

A feature's name and meaning are made from its parts, so that they cannot disagree. Sums and means
run over whole numbers and decimals alone: they are exact, so the value does not depend on the order
of the rows, the number of threads or the engine.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import ibis
from ibis import _
from ibis.common.deferred import Deferred

Statistic: TypeAlias = Literal["SUM", "MEAN", "MAX", "MIN", "COUNT", "SHARE"]
Tables: TypeAlias = Mapping[str, ibis.Table]

APPLICANT = "SK_ID_CURR"
EXACT_RATE = "decimal(18,6)"
_MILLION = 1_000_000.0


def _mean(value: Deferred, rows: Deferred | None) -> Deferred:
    """The exact sum over the count: engines round means of decimals each in its own way."""
    return value.sum(where=rows).cast("float64") / value.count(where=rows).nullif(0)


_STATISTICS: Mapping[Statistic, tuple[str, Callable[[Deferred, Deferred | None], Deferred]]] = {
    "SUM": ("sum of", lambda value, rows: value.sum(where=rows)),
    "MEAN": ("mean", _mean),
    "MAX": ("largest", lambda value, rows: value.max(where=rows)),
    "MIN": ("smallest", lambda value, rows: value.min(where=rows)),
    "COUNT": ("number of", lambda value, rows: value.cast("int32").sum(where=rows)),
    "SHARE": ("share of", lambda value, rows: _mean(value.cast("int32"), rows)),
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the histories.

    Attributes:
        name: unique among all features.
        meaning: one line for the data dictionary.
        value: the expression that gives it.
    """

    name: str
    meaning: str
    value: Deferred


@dataclass(frozen=True, slots=True)
class Subset:
    """Some of an applicant's rows: `rows` is their condition, None for all; `words` what they are.

    A condition that always holds is not written: it would be tested for every row and statistic.
    """

    name: str
    words: str
    rows: Deferred | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that every row has, and how it is aggregated."""

    name: str
    words: str
    value: Deferred
    statistics: tuple[Statistic, ...]


@dataclass(frozen=True, slots=True)
class HistoryTable:
    """Features that come from one kind of rows.

    Attributes:
        name: what the rows are made from, for people.
        sources: the tables that are read.
        rows: the rows as the features take them; none is dated after the application.
        aggregates: features over an applicant's rows.
        ratios: features over the aggregates.
    """

    name: str
    sources: tuple[str, ...]
    rows: Callable[[Tables], ibis.Table]
    aggregates: tuple[Feature, ...]
    ratios: tuple[Feature, ...] = ()

    @property
    def features(self) -> tuple[Feature, ...]:
        """All features of the table, in order."""
        return (*self.aggregates, *self.ratios)


def cross(
    prefix: str, subsets: Iterable[Subset], quantities: Iterable[Quantity]
) -> tuple[Feature, ...]:
    """Every statistic of every quantity over every subset."""
    quantities = tuple(quantities)
    return tuple(
        _statistic(prefix, subset, quantity, statistic)
        for subset in subsets
        for quantity in quantities
        for statistic in quantity.statistics
    )


def _statistic(prefix: str, subset: Subset, quantity: Quantity, statistic: Statistic) -> Feature:
    words, aggregate = _STATISTICS[statistic]
    return Feature(
        _joined(prefix, subset.name, quantity.name, statistic),
        f"{words} {quantity.words}, over {subset.words}",
        aggregate(quantity.value, subset.rows),
    )


def counts(prefix: str, subsets: Iterable[Subset]) -> tuple[Feature, ...]:
    """How many rows each subset has."""
    return tuple(
        Feature(
            _joined(prefix, subset.name, "COUNT"),
            f"number of {subset.words}",
            _.count() if subset.rows is None else subset.rows.cast("int32").sum(),
        )
        for subset in subsets
    )


def ratios(
    aggregates: Iterable[Feature], pairs: Mapping[str, tuple[str, str]]
) -> tuple[Feature, ...]:
    """One aggregate over another, by name; missing where the divisor is zero.

    Raises:
        KeyError: a pair names no aggregate.
    """
    meanings = {feature.name: feature.meaning for feature in aggregates}
    return tuple(
        Feature(name, f"{meanings[above]}; over {meanings[below]}", quotient(_[above], _[below]))
        for name, (above, below) in pairs.items()
    )


def since(column: Deferred, periods: int) -> Deferred:
    """Whether a day or month that counts back from the application lies in the last so many."""
    return column >= -periods


def only_if(condition: Deferred, value: Deferred) -> Deferred:
    """The value where the condition holds, else missing."""
    return ibis.ifelse(condition, value, ibis.null())


def quotient(dividend: Deferred, divisor: Deferred) -> Deferred:
    """The quotient as a double, missing where the divisor is zero."""
    return dividend.cast("float64") / divisor.cast("float64").nullif(0)


def exact(rate: Deferred) -> Deferred:
    """A rate of a row, rounded to a decimal so that sums over rows are exact.

    In steps that every engine takes alike; their own rounding of doubles differs at the halves.
    """
    return ((rate.cast("float64") * _MILLION + 0.5).floor() / _MILLION).cast(EXACT_RATE)


def _joined(*parts: str) -> str:
    return "_".join(part for part in parts if part)
