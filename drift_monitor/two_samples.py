"""Two tables of applications held against each other, as the monitor holds a window. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from contracts.features import CategoryCoder
from drift_monitor.columns import Column, application_layout
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import Detectors
from drift_monitor.evaluation import judge_columns
from drift_monitor.policy import Judged, Policy, by_weight
from drift_monitor.profiles import ColumnProfile, profile
from drift_monitor.sample import Sample
from drift_monitor.stability import Stability, stability

_NO_IMPORTANCE: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True, eq=False)
class SampleReference:
    """What samples are held against.

    Attributes:
        columns: how each column is read.
        profiles: what each looks like in the reference.
        coder: levels to codes, as the reference has them.
    """

    columns: Sequence[Column]
    profiles: Sequence[ColumnProfile]
    coder: CategoryCoder


@dataclass(frozen=True, slots=True, eq=False)
class SampleComparison:
    """What is known of one table against another.

    Attributes:
        profiled: each column, in both.
        judged: every test of the tested columns, the weightiest first; without any importance that
            is the strongest effect.
        stability: the stability index of each column, by name.
    """

    profiled: tuple[Profiled, ...]
    judged: tuple[Judged, ...]
    stability: Mapping[str, Stability]


def sample_reference(reference: Sample, untested: Collection[str]) -> SampleReference:
    """The reference that a table makes.

    Features derived from the application are shown but not tested, as in the monitor.
    """
    categories = reference.categories()
    coder = CategoryCoder(categories)
    rows = reference.features(coder)
    columns = application_layout(rows, categories, untested)
    return SampleReference(columns, profile(columns, rows), coder)


def compare_with(
    reference: SampleReference,
    sample: Sample,
    detectors: Detectors,
    policy: Policy,
    importance: Mapping[str, float] = _NO_IMPORTANCE,
) -> SampleComparison:
    """Every column of a sample against a reference, with the monitor's tests and floors."""
    profiles = profile(reference.columns, sample.features(reference.coder))
    profiled = tuple(map(Profiled, reference.columns, reference.profiles, profiles))
    return SampleComparison(
        profiled=profiled,
        judged=tuple(by_weight(judge_columns(profiled, detectors, policy), importance)),
        stability={one.column.name: stability(one) for one in profiled},
    )


def compare_samples(
    reference: Sample,
    sample: Sample,
    detectors: Detectors,
    policy: Policy,
    untested: Collection[str],
) -> SampleComparison:
    """Every column of the sample against those of the reference."""
    return compare_with(sample_reference(reference, untested), sample, detectors, policy)
