"""The real pair, by what is known of all rows of it: 307,511 to train and 48,744 to test."""

import argparse
from pathlib import Path

import pytest

from drift_monitor.detectors import ScipyDetectors
from drift_monitor.reporting.by_window import Question
from drift_monitor.reporting.command import ReportError, add_arguments, report
from drift_monitor.reporting.findings import Findings, find
from drift_monitor.reporting.page import render
from drift_monitor.reporting.tables import read_table
from drift_monitor.settings import DriftMonitorSettings
from tests.application_files import moved_rows, some_rows, written
from tests.registry import a_registry

MOVED = {
    "AMT_ANNUITY",  # mean 27,109 to 29,426
    "AMT_CREDIT",  # median 513,531 to 450,000
    "AMT_GOODS_PRICE",  # median 450,000 to 396,000
    "AMT_INCOME_TOTAL",  # median 147,150 to 157,500
    "AMT_REQ_CREDIT_BUREAU_MON",  # mean 0.267 to 0.009
    "AMT_REQ_CREDIT_BUREAU_QRT",  # mean 0.265 to 0.547
    "DAYS_LAST_PHONE_CHANGE",  # mean -963 to -1,078
    "EXT_SOURCE_1",  # missing 56 % to 42 %
    "FLAG_DOCUMENT_3",  # 71 % to 79 %
    "FLAG_EMAIL",  # 5.7 % to 16.3 %
    "NAME_CONTRACT_TYPE",  # revolving loans 10 % to 1 %
}
"""The columns whose missing share, levels or distribution differ by a floor or close to it."""


@pytest.fixture(scope="module")
def found(sample_dir: Path) -> Findings:
    settings = DriftMonitorSettings()
    question = Question(
        policy=settings.policy(),
        window=settings.window,
        least=settings.least_size,
        untested=settings.untested,
    )
    train, test = (
        read_table(sample_dir / f"application_{name}.csv.gz") for name in ("train", "test")
    )
    return find(train, test, ScipyDetectors(), question)


def test_every_column_that_moved_is_named_within_two_windows_and_no_other(found: Findings) -> None:
    first, second = found.windows
    assert {*first.drifted, *second.drifted} == MOVED
    assert {*found.drifted, *found.in_windows_alone} == MOVED


def test_the_whole_names_nothing_else_and_the_strongest_first(found: Findings) -> None:
    assert set(found.drifted) < MOVED
    assert found.drifted[0] == "AMT_REQ_CREDIT_BUREAU_QRT"
    assert {"EXT_SOURCE_1", "FLAG_EMAIL", "NAME_CONTRACT_TYPE"} <= set(found.drifted)


def test_a_model_in_the_registry_puts_features_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = a_registry(tmp_path)
    before = written(some_rows(600, seed=1), tmp_path / "before.parquet")
    now = written(moved_rows(600, seed=2), tmp_path / "now.parquet")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    files = ["--reference", str(before), "--current", str(now)]
    settings = DriftMonitorSettings(mlflow=registry)
    found = report(parser.parse_args([*files, "--model"]), settings)
    assert found.question.model == "creditstream version 1"
    assert found.question.importance
    assert "by effect times importance in creditstream version 1" in capsys.readouterr().out
    with pytest.raises(ReportError, match="model version 9: "):
        report(parser.parse_args([*files, "--model", "9"]), settings)


def test_the_page_is_of_a_sane_size(found: Findings) -> None:
    assert len(render(found)) < 6_000_000
