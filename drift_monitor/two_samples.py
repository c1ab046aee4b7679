"""Two tables of applications held against each other, as the monitor holds a window. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from contracts.features import DERIVED, CategoryCoder, feature_names
from drift_monitor.columns import column_layout
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import Detectors
from drift_monitor.evaluation import judge_columns
from drift_monitor.policy import Judged, Policy
from drift_monitor.profiles import profile
from drift_monitor.sample import Sample
from drift_monitor.stability import Stability, stability


@dataclass(frozen=True, slots=True, eq=False)
class SampleComparison:
    """What is known of one table against another.

    Attributes:
        profiled: each column, in both.
        judged: every test of the tested columns, the strongest effect first.
        stability: the stability index of each column, by name.
    """

    profiled: tuple[Profiled, ...]
    judged: tuple[Judged, ...]
    stability: Mapping[str, Stability]


def compare_samples(
    reference: Sample,
    sample: Sample,
    detectors: Detectors,
    policy: Policy,
    untested: Collection[str],
) -> SampleComparison:
    """Every column of the sample against the reference, with the monitor's tests and floors.

    Features derived from the application are shown but not tested, as in the monitor.
    """
    categories = reference.categories()
    coder = CategoryCoder(categories)
    before, now = reference.features(coder), sample.features(coder)
    columns = column_layout(feature_names(()), before, categories, {*untested, *DERIVED})
    profiled = tuple(map(Profiled, columns, profile(columns, before), profile(columns, now)))
    judged = judge_columns(profiled, detectors, policy)
    return SampleComparison(
        profiled=profiled,
        judged=tuple(sorted(judged, key=lambda one: -one.strength)),
        stability={one.column.name: stability(one) for one in profiled},
    )
