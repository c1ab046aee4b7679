"""Where the ledger is: one variable, or beside the state."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from drift_monitor.performance.settings import PerformanceSettings


def test_the_ledger_lies_beside_the_state_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PerformanceSettings().ledger(Path("var/here")) == "sqlite:///var/here/ledger.sqlite"
    monkeypatch.setenv("DRIFT_MONITOR_LEDGER_URL", "postgresql://there/ledger")
    assert PerformanceSettings().ledger(Path("var/here")) == "postgresql://there/ledger"


def test_shares_beyond_the_whole_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFT_MONITOR_MARGIN", "1.5")
    with pytest.raises(ValidationError, match="margin"):
        PerformanceSettings()


def test_the_economics_are_those_that_thresholds_are_made_by() -> None:
    """Services do not import training, so the figures stand twice: they must be the same."""
    from training.policy import DEFAULT_POLICY, read_policy  # noqa: PLC0415 - heavy

    trained, ours = read_policy(DEFAULT_POLICY).economics, PerformanceSettings().economics()
    assert {name: getattr(trained, name) for name in ours.__slots__} == {
        name: getattr(ours, name) for name in ours.__slots__
    }
