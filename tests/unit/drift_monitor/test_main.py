"""The command line prints what the settings cost, or what is wrong with the data."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.__main__ import price
from drift_monitor.settings import DriftMonitorSettings


def arguments(folder: Path) -> argparse.Namespace:
    return argparse.Namespace(data=folder, clean=2, shifted=2, sequence=3, seed=1)


def test_data_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert price(arguments(tmp_path), DriftMonitorSettings()) == 2
    assert f"{tmp_path}: neither application_train.csv nor" in capsys.readouterr().err


def test_the_price_of_the_settings_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(1)
    lines = [",".join((*NUMERIC, *CATEGORICAL))]
    for _ in range(400):
        levels = [f"{level}" for level in draw.choice(["a", "Revolving loans"], len(CATEGORICAL))]
        lines.append(",".join([f"{value:.3f}" for value in draw.random(len(NUMERIC))] + levels))
    (tmp_path / "application_train.csv").write_text("\n".join(lines))
    monkeypatch.setenv("COLUMNS", "100")
    settings = DriftMonitorSettings(window=80, hop=20)
    assert price(arguments(tmp_path), settings) == 0
    printed = capsys.readouterr().out
    assert "with an alert (2 of the last 3)" in printed
    assert "unseen organisation 2 %" in printed
    assert "Slow drift in sequences of 3 windows" in printed
