"""Two tables against each other, by the monitor's own tests."""

from pathlib import Path

import numpy as np
import pytest

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.pictures import effects, moved_columns
from drift_monitor.policy import Policy, drifted_columns
from drift_monitor.sample import Sample, read_sample
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.two_samples import SampleComparison, compare_samples

INCOME, KIND = NUMERIC.index("AMT_INCOME_TOTAL"), CATEGORICAL.index("NAME_CONTRACT_TYPE")


def a_sample(rows: int, seed: int) -> Sample:
    draw = np.random.default_rng(seed)
    levels = draw.choice(np.array(["a", "b", "c"], dtype=object), (rows, len(CATEGORICAL)))
    return Sample(draw.normal(size=(rows, len(NUMERIC))), levels)


def compare(reference: Sample, sample: Sample) -> SampleComparison:
    settings = DriftMonitorSettings()
    return compare_samples(reference, sample, ScipyDetectors(), Policy(), settings.untested)


@pytest.fixture(scope="module")
def moved() -> SampleComparison:
    sample = a_sample(1_500, 2)
    sample.numeric[:, INCOME] += 1
    sample.levels[:300, KIND] = "unseen"
    return compare(a_sample(3_000, 1), sample)


def test_alike_samples_keep_silent() -> None:
    assert drifted_columns(compare(a_sample(3_000, 1), a_sample(1_500, 2)).judged) == frozenset()


def test_what_moved_is_found_and_the_strongest_comes_first(moved: SampleComparison) -> None:
    found = drifted_columns(moved.judged)

    assert found == {"AMT_INCOME_TOTAL", "NAME_CONTRACT_TYPE"}
    assert moved.judged[0].column in found
    strengths = [one.strength for one in moved.judged]
    assert strengths == sorted(strengths, reverse=True)
    index = moved.stability["AMT_INCOME_TOTAL"]
    assert index.index > index.critical


def test_derived_features_and_the_calendar_are_shown_and_not_judged(
    moved: SampleComparison,
) -> None:
    shown = {one.column.name for one in moved.profiled}

    assert {"CREDIT_TO_INCOME", "HOUR_APPR_PROCESS_START"} <= shown
    judged = {one.column for one in moved.judged}
    assert not {"CREDIT_TO_INCOME", "HOUR_APPR_PROCESS_START"} & judged


def test_pictures_show_what_moved(moved: SampleComparison) -> None:
    by_name = {one.column.name: one for one in moved.profiled}

    bars = effects(moved.judged, most=5)
    columns = moved_columns([by_name["AMT_INCOME_TOTAL"], by_name["NAME_CONTRACT_TYPE"]])

    assert len(bars.axes[0].patches) == 5
    assert "AMT_INCOME_TOTAL" in {axes.get_title() for axes in columns.axes}


def test_the_test_rows_of_real_applications_have_drifted(sample_dir: Path) -> None:
    train, test = read_sample(sample_dir), read_sample(sample_dir, "application_test")

    drifted = drifted_columns(compare(train, test).judged)

    assert "NAME_CONTRACT_TYPE" in drifted  # hardly any revolving loans among the test rows
