"""Settings make the sizes and the policy, and refuse what does not fit together."""

import datetime as dt

import pytest

from drift_monitor.comparison import Test
from drift_monitor.policy import DEFAULT_FLOORS, Policy
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.windows import Sizes
from runtime.settings import load_settings


def test_the_defaults_are_those_that_were_measured() -> None:
    settings = DriftMonitorSettings()
    assert settings.policy() == Policy()
    assert settings.sizes() == Sizes()
    assert (settings.backend, settings.http_port) == ("scipy", 8003)


def test_thresholds_and_windows_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFT_MONITOR_WINDOW", "600")
    monkeypatch.setenv("DRIFT_MONITOR_HOP", "200")
    monkeypatch.setenv("DRIFT_MONITOR_MAX_AGE_SECONDS", "60")
    monkeypatch.setenv("DRIFT_MONITOR_KS_FLOOR", "0.2")
    monkeypatch.setenv("DRIFT_MONITOR_COLUMN_FLOORS", '{"AMT_CREDIT": {"ks": 0.3}}')
    settings = load_settings(DriftMonitorSettings)
    assert settings.sizes() == Sizes(600, 200, 250, dt.timedelta(minutes=1))
    assert settings.policy().floor("AMT_INCOME_TOTAL", Test.KS) == 0.2
    assert settings.policy().floor("AMT_CREDIT", Test.KS) == 0.3
    assert settings.policy().floor("AMT_CREDIT", Test.MISSING) == DEFAULT_FLOORS[Test.MISSING]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("DRIFT_MONITOR_HOP", "300", "window 1000 is not a multiple of hop 300"),
        ("DRIFT_MONITOR_ALERT_NEEDED", "4", "alert_needed 4 > alert_among 3"),
        ("DRIFT_MONITOR_BACKEND", "spss", "DRIFT_MONITOR_BACKEND"),
        ("DRIFT_MONITOR_MULTIVARIATE_ROWS", "99", "multivariate_rows 99 is neither 0 nor at least"),
        ("DRIFT_MONITOR_BATCH_SIZE", "10001", "DRIFT_MONITOR_BATCH_SIZE"),
        ("DRIFT_MONITOR_KS_FLOOR", "0", "DRIFT_MONITOR_KS_FLOOR"),
    ],
)
def test_a_wrong_setting_ends_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as ended:
        load_settings(DriftMonitorSettings)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
