"""The summary of a small ledger, as a screen and as JSON."""

import argparse
import datetime as dt
import json
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest
from rich.console import Console

from contracts.events import Decision
from drift_monitor.performance.economics import Economics
from drift_monitor.performance.ledger import Ledger, Predicted
from drift_monitor.performance.show import screen, show_performance
from drift_monitor.performance.summary import Summary, summarise
from drift_monitor.settings import DriftMonitorSettings
from tests.published import NOON, a_drift_report, a_score, an_outcome

ECONOMICS = Economics(0.1, 0.6, 0.01, 0.5, 0.2)
SIZE = 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two versions over the same applications: the first knows what comes, the second guesses."""
    draw = np.random.default_rng(5)
    truth = draw.uniform(0.05, 0.7, SIZE)
    guesses = {"1": truth, "2": draw.permutation(truth)}
    with closing(Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")) as ledger:
        for day, (version, values) in enumerate(guesses.items()):
            scores = [
                a_score(
                    at,
                    offset=day * 86_400 + at,
                    model_version=version,
                    probability=value,
                    decision=Decision.APPROVE if value < 0.3 else Decision.DECLINE,
                )
                for at, value in enumerate(values.tolist(), start=1)
            ]
            segments = ["Cash loans", "Revolving loans"]
            ledger.take_scores([Predicted(one, segments[at % 2]) for at, one in enumerate(scores)])
        came = draw.random(SIZE) < truth
        ledger.take_outcomes(
            [an_outcome(at, 40, defaulted=bool(one)) for at, one in enumerate(came, start=1)]
        )
        ledger.take_outcomes([an_outcome(10_000, defaulted=False)])
        report = msgspec.structs.replace(
            a_drift_report(),
            model_version="1",
            opened_at=NOON,
            closed_at=NOON + dt.timedelta(seconds=100.5),
        )
        ledger.take_windows([report])
    return tmp_path


def summary_of(folder: Path) -> Summary:
    with closing(Ledger(f"sqlite:///{folder}/ledger.sqlite")) as ledger:
        return summarise(ledger.engine, ECONOMICS, 6)


def test_every_version_has_its_vintages_windows_and_segments(folder: Path) -> None:
    summary = summary_of(folder)
    second, first = summary.versions
    assert (second.model_version, first.model_version) == ("2", "1")
    assert first.outcome.coverage == 1
    assert [one.month for one in first.vintages] == ["2026-01"]
    assert [one.outcome.applications for one in first.windows] == [100]
    assert set(first.segments) == {"Cash loans", "Revolving loans"}
    assert second.windows == ()
    assert summary.waiting_outcomes == 1


def test_the_estimate_comes_true_for_the_version_that_knows_and_not_for_the_one_that_guesses(
    folder: Path,
) -> None:
    """By three standard deviations of a realised AUC: an interval misses one time in twenty."""
    second, first = summary_of(folder).versions
    off = []
    for one in (first, second):
        assert one.outcome.expected is not None
        expected, realised = one.outcome.expected.auc, one.outcome.realised.auc
        assert expected is not None
        assert realised is not None
        off.append(abs(expected.value - realised.value))
    assert off[0] < 0.1 < off[1]


def test_versions_are_held_against_each_other_on_the_same_outcomes(folder: Path) -> None:
    (challenge,) = summary_of(folder).challenges
    assert (challenge.champion, challenge.challenger, challenge.labelled) == ("2", "1", SIZE)
    assert challenge.auc_gain is not None
    assert challenge.auc_gain.low > 0


def test_an_empty_ledger_is_told_as_such(tmp_path: Path) -> None:
    assert summary_of(tmp_path) == Summary(versions=(), challenges=(), waiting_outcomes=0)


def test_one_screen_tells_it(folder: Path) -> None:
    console = Console(width=160)
    with console.capture() as told:
        for line in screen(summary_of(folder)):
            console.print(line)
    lines = told.get().splitlines()
    assert len(lines) <= 30
    assert any("1: all" in line and "100%" in line for line in lines)
    assert any("month 2026-01" in line for line in lines)
    assert any(line.startswith("version 1 against 2 on 200 shared outcomes") for line in lines)
    assert "outcomes without a score: 1" in lines


def test_json_has_all_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DRIFT_MONITOR_STATE_DIR", str(folder))
    arguments = argparse.Namespace(json=True, windows=6)
    show_performance(arguments, DriftMonitorSettings())
    told = json.loads(capsys.readouterr().out)
    assert [one["model_version"] for one in told["versions"]] == ["2", "1"]
    assert told["versions"][1]["vintages"][0]["maturity"][-1]["labelled"] == 1
