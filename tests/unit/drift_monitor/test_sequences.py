"""On real rows slow drift is found within ten windows, and clean sequences keep silent."""

from pathlib import Path

import pytest

from drift_monitor.rates import reached_rate, verdict_rate
from drift_monitor.sample import Sample, read_sample
from drift_monitor.scenarios import SCENARIOS
from drift_monitor.sequences import Sequences
from drift_monitor.sequential import Sequential
from drift_monitor.settings import DriftMonitorSettings

_UNTESTED = DriftMonitorSettings().untested


@pytest.fixture(scope="module")
def sample(sample_dir: Path) -> Sample:
    return read_sample(sample_dir)


def sequences(sample: Sample) -> Sequences:
    return Sequences(sample, Sequential(), window=1000, untested=_UNTESTED, seed=7)


def test_clean_sequences_keep_silent(sample: Sample) -> None:
    assert verdict_rate(list(sequences(sample).clean_runs(4, 10))).count == 0


@pytest.mark.parametrize("name", ["revolving loans +5 points", "credit x 1.1", "2 years older"])
def test_slow_drift_is_found_within_ten_windows(sample: Sample, name: str) -> None:
    runs = list(sequences(sample).shifted_runs(SCENARIOS[name], 5, 10))
    assert reached_rate(runs, SCENARIOS[name].column).count >= 4  # the goal is 90 %


def test_the_same_seed_draws_the_same_sequences(sample: Sample) -> None:
    scenario = SCENARIOS["credit x 1.1"]
    first, second = (list(sequences(sample).shifted_runs(scenario, 2, 10)) for _ in range(2))
    assert first == second
