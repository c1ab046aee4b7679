"""On real rows clean windows keep silent and shifted ones are found, by the settings' policy."""

from pathlib import Path

import numpy as np
import pytest

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.policy import Policy
from drift_monitor.rates import alert_rate, alerted_rate, found_rate
from drift_monitor.sample import Sample, SampleError, read_sample
from drift_monitor.scenarios import SCENARIOS
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.simulation import Simulation

_UNTESTED = DriftMonitorSettings().untested


def a_simulation(sample: Sample, window: int = 1000, seed: int = 7) -> Simulation:
    return Simulation(
        sample, ScipyDetectors(), Policy(), window=window, untested=_UNTESTED, seed=seed
    )


@pytest.fixture(scope="module")
def sample(sample_dir: Path) -> Sample:
    return read_sample(sample_dir)


def test_clean_windows_of_real_rows_raise_no_alert(sample: Sample) -> None:
    runs = list(a_simulation(sample).clean_runs(20))
    assert alert_rate(runs, Policy()).count == 0


@pytest.mark.parametrize(
    "name",
    ["revolving loans +10 points", "EXT_SOURCE_3 missing +10 points", "unseen organisation 2 %"],
)
def test_shifts_of_real_rows_are_found_in_one_window(sample: Sample, name: str) -> None:
    scenario = SCENARIOS[name]
    runs = list(a_simulation(sample).shifted_runs(scenario, 5))
    assert found_rate(runs, scenario.column).share == 1
    assert alerted_rate(runs, scenario.column, Policy()).share == 1


def test_the_same_seed_draws_the_same_windows() -> None:
    draw = np.random.default_rng(1)
    shape = 400, len(CATEGORICAL)
    levels = draw.choice(np.array(["a", "b"], dtype=object), shape)
    sample = Sample(draw.random((400, len(NUMERIC))), levels)
    first, second = (list(a_simulation(sample, window=80).clean_runs(3)) for _ in range(2))
    assert first == second
    assert [len(run) for run in first] == [3, 3, 3]


def test_too_few_rows_are_refused(sample: Sample) -> None:
    few = sample.take(np.arange(3999))
    with pytest.raises(SampleError, match="3999 rows are too few for windows of 1000"):
        a_simulation(few)
