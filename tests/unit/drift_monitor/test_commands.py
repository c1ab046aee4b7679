"""The command line prints what the settings cost, or what is wrong with the data."""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.commands import price
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.simulate import add_arguments


def arguments(folder: Path) -> argparse.Namespace:
    return parsed(
        "--data", str(folder), "--clean=2", "--shifted=2", "--sequence=3", "--days=2", "--seed=1"
    )


def parsed(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(given)


def probabilities(path: Path, ids: Iterable[int], values: Iterable[float | str]) -> Path:
    lines = [f"{one},{value}" for one, value in zip(ids, values, strict=True)]
    path.write_text("\n".join(["SK_ID_CURR,PROBABILITY", *lines]))
    return path


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
    assert "Days of 134 rows, all columns together" in printed


def test_what_an_estimate_is_worth_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    true = 1 / (1 + np.exp(-np.random.default_rng(1).normal(-2, 1, 900)))
    scores = probabilities(tmp_path / "scores.csv", range(900), true)
    truth = probabilities(tmp_path / "truth.csv", reversed(range(900)), true[::-1])
    told = parsed("--scores", str(scores), "--truth", str(truth), "--clean=20")
    assert price(told, DriftMonitorSettings(window=80, hop=20)) == 0
    printed = capsys.readouterr().out
    assert "Expected performance of 900 applications" in printed
    told_of = {
        line.split("│")[1].strip(): line.split("│")[2:4] for line in printed.splitlines()[4:-1]
    }
    assert [one.strip() for one in told_of["windows"]] == ["20", "20"]
    assert all(float(one) < 0.05 for one in told_of["mean error against one realised AUC"])


@pytest.mark.parametrize("given", [("--scores", "s.csv"), ("--data", "d", "--truth", "t.csv")])
def test_scores_and_truth_need_each_other(
    given: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert price(parsed(*given), DriftMonitorSettings()) == 2
    assert "--scores and --truth need each other" in capsys.readouterr().err


def test_data_and_scores_are_two_things(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--data", "folder", "--scores", "scores.csv")
    assert "not allowed with argument" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("--clean=0", "argument --clean: 0 is less than 1"),
        ("--shifted=0", "argument --shifted: 0 is less than 1"),
        ("--sequence=0", "argument --sequence: 0 is less than 1"),
        ("--days=-1", "argument --days: -1 is less than 0"),
        ("--seed=-1", "argument --seed: -1 is less than 0"),
        ("--clean=many", "argument --clean: invalid positive value: 'many'"),
    ],
)
def test_a_number_that_makes_no_sense_is_named(
    given: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed("--data", "folder", given)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_too_few_scores_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = probabilities(tmp_path / "scores.csv", range(9), [0.5] * 9)
    assert price(parsed("--scores", str(path), "--truth", str(path)), DriftMonitorSettings()) == 2
    assert "9 applications: " in capsys.readouterr().err
