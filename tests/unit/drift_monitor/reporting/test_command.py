"""The command writes what it is asked for; its exit says whether there was drift or bad input."""

import argparse
import json
import sys
from pathlib import Path

import pytest

from drift_monitor.commands import compare
from drift_monitor.reporting.command import add_arguments
from drift_monitor.settings import DriftMonitorSettings
from tests.application_files import moved_rows, some_rows, written

SETTINGS = DriftMonitorSettings()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("files")
    reference = written(some_rows(600, seed=1), folder / "before.parquet")
    current = written(moved_rows(600, seed=2), folder / "now.parquet")
    return ["--reference", str(reference), "--current", str(current)]


def run(*words: str, settings: DriftMonitorSettings = SETTINGS) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return compare(parser.parse_args(words), settings)


def test_page_summary_and_document_are_written(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, told = tmp_path / "page.html", tmp_path / "told.json"
    assert run(*files, "--out", str(page), "--json", str(told)) == 0
    assert "<!doctype html>" in page.read_text()[:80]
    assert json.loads(told.read_text())["drift"] is True
    printed = capsys.readouterr().out
    assert printed.startswith("Drift: 3 of 118")
    assert "MB)" in printed


def test_json_on_request_takes_the_place_of_the_summary(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*files, "--json") == 0
    assert json.loads(capsys.readouterr().out)["current"]["rows"] == 600


def test_drift_fails_where_it_is_asked_to(files: list[str]) -> None:
    alike = [*files[:2], "--current", files[1]]
    assert run(*files, "--fail-on-drift") == 1
    assert run(*alike, "--fail-on-drift") == 0


def test_a_file_that_cannot_be_used_is_named(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*files[:2], "--current", str(tmp_path / "none.csv")) == 2
    assert "none.csv: " in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_named(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*files, "--out", str(tmp_path / "none" / "page.html")) == 2
    assert "page.html: No such file or directory" in capsys.readouterr().err


def test_a_registry_that_cannot_be_asked_is_named(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nowhere://registry")
    assert run(*files, "--model", settings=DriftMonitorSettings()) == 2
    assert "model version champion: " in capsys.readouterr().err


def test_alibi_that_is_not_installed_is_named(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "alibi_detect", None)
    assert run(*files, settings=DriftMonitorSettings(backend="alibi")) == 2
    assert "alibi-detect is not installed" in capsys.readouterr().err
