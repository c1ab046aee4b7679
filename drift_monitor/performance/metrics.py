"""Expected and realised performance for Prometheus. Labels are closed sets.

`figure` is a field of `ExpectedPerformance` or of `Realised`, `bound` is the value or an end of its
95 % interval, `reason` is a `Doubt`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from contracts.events import Estimate, ExpectedPerformance
from drift_monitor.performance.cbpe import Doubt
from drift_monitor.performance.ledger import Taken
from drift_monitor.performance.realised import Realised

OUTCOMES = Counter(
    "drift_monitor_outcomes",
    "Outcomes that came: new, repeated, reversed by a later one, or contradicting one too late",
    ["outcome"],
)

_FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "drift_monitor_expected_performance": (
        "What outcomes of the sliding window are expected to show",
        ("figure", "bound"),
    ),
    "drift_monitor_expected_doubt": ("1 where the estimate may be wrong", ("reason",)),
    "drift_monitor_realised_performance": (
        "What outcomes of the newest applications of the model in force have shown",
        ("figure", "bound"),
    ),
    "drift_monitor_calibration_off": (
        "1 where outcomes have shown that the probabilities are off, and not by chance",
        (),
    ),
    "drift_monitor_label_coverage": ("Share of those applications with an outcome", ()),
    "drift_monitor_labelled_applications": ("Those applications with an outcome", ()),
    "drift_monitor_waiting_outcomes": ("Outcomes without a score", ()),
}
_UNTOLD = ("labelled", "defaults", "doubts", "calibration_off")

Sample = tuple[str, tuple[str, ...], float]


def count(taken: Taken) -> None:
    """Count what became of outcomes."""
    OUTCOMES.labels("new").inc(taken.new)
    OUTCOMES.labels("repeated").inc(taken.repeated)
    OUTCOMES.labels("reversed").inc(taken.reversed)
    OUTCOMES.labels("late").inc(taken.late)


@dataclass(frozen=True, slots=True)
class Shown:
    """What outcomes have shown of a model version.

    Attributes:
        realised: of its newest applications.
        coverage: the share of these with an outcome.
        waiting: outcomes without a score.
    """

    realised: Realised
    coverage: float
    waiting: int


class PerformanceCollector(Collector):
    """Gives Prometheus what was shown last, the expected and the realised each as one."""

    def __init__(self) -> None:
        count(Taken())  # a rule sees an increase from 0, none from nothing
        self._expected: tuple[Sample, ...] = ()
        self._realised: tuple[Sample, ...] = ()

    def show_expected(self, expected: ExpectedPerformance | None) -> None:
        """Take a new estimate in place of the earlier one, none where there is no window."""
        self._expected = () if expected is None else tuple(_estimates(expected))

    def show_realised(self, shown: Shown | None) -> None:
        """Take what outcomes have shown in place of the earlier, none where that is not known."""
        self._realised = () if shown is None else tuple(_realised(shown))

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Every family, without figures."""
        for name, (text, labels) in _FAMILIES.items():
            yield GaugeMetricFamily(name, text, labels=labels)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Every family, with the figures."""
        families = {family.name: family for family in self.describe()}
        for name, labels, value in (*self._expected, *self._realised):
            families[name].add_metric(labels, value)
        return families.values()


def _estimates(expected: ExpectedPerformance) -> Iterator[Sample]:
    yield from _figures("drift_monitor_expected_performance", expected)
    for one in Doubt:
        yield "drift_monitor_expected_doubt", (one.value,), float(one in expected.doubts)


def _realised(shown: Shown) -> Iterator[Sample]:
    told = shown.realised
    yield from _figures("drift_monitor_realised_performance", told)
    yield "drift_monitor_calibration_off", (), float(told.calibration_off)
    yield "drift_monitor_label_coverage", (), shown.coverage
    yield "drift_monitor_labelled_applications", (), told.labelled
    yield "drift_monitor_waiting_outcomes", (), shown.waiting


def _figures(family: str, told: msgspec.Struct) -> Iterator[Sample]:
    for name in told.__struct_fields__:
        value = getattr(told, name)
        if isinstance(value, Estimate):
            for bound in value.__struct_fields__:
                yield family, (name, bound), getattr(value, bound)
        elif value is not None and name not in _UNTOLD:
            yield family, (name, "value"), value
