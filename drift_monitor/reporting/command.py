"""The command `report`: `python -m drift_monitor report --reference FILE --current FILE`."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
from mlflow.exceptions import MlflowException
from rich.console import Console
from rich.markup import escape

from contracts.bundle import IncompatibleBundleError
from drift_monitor.detectors import detectors
from drift_monitor.reporting.by_window import Question
from drift_monitor.reporting.document import document
from drift_monitor.reporting.findings import Findings, find
from drift_monitor.reporting.summary import screen
from drift_monitor.reporting.tables import read_table
from drift_monitor.settings import DriftMonitorSettings
from runtime.model_registry import ModelRegistry, NoChampionError

_CHAMPION = "champion"
_PRINTED = "-"


class ReportError(RuntimeError):
    """The report cannot be made or written; says what is in the way."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--reference",
        type=Path,
        required=True,
        metavar="FILE",
        help="applications to hold against, in Kaggle's shape: CSV (also .gz, .zip) or Parquet",
    )
    parser.add_argument(
        "--current", type=Path, required=True, metavar="FILE", help="applications to be judged"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="the page to write (HTML)")
    parser.add_argument(
        "--json",
        nargs="?",
        const=_PRINTED,
        metavar="FILE",
        help="everything as JSON, into a file or, without one, in place of the summary",
    )
    parser.add_argument(
        "--model",
        nargs="?",
        const=_CHAMPION,
        metavar="VERSION",
        help="put features in order by their importance in this version too; champion by default",
    )
    parser.add_argument(
        "--fail-on-drift", action="store_true", help="exit with 1 where there is drift"
    )


def report(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> Findings:
    """Compare two files, write the page, print the summary.

    Raises:
        SampleError: a file cannot be used.
        BackendMissingError: alibi-detect is asked for and not installed.
        ReportError: the model cannot be had, or a file cannot be written.
    """
    tests = detectors(settings.backend)
    model, importance = _importance(arguments.model, settings)
    question = Question(
        policy=settings.policy(),
        window=settings.window,
        least=settings.least_size,
        untested=settings.untested,
        importance=importance,
        model=model,
    )
    findings = find(read_table(arguments.reference), read_table(arguments.current), tests, question)
    if arguments.out is not None:
        from drift_monitor.reporting.page import render  # noqa: PLC0415 - plotly is large

        _write(arguments.out, render(findings))
    told = msgspec.json.format(msgspec.json.encode(document(findings)), indent=2).decode()
    if arguments.json == _PRINTED:
        sys.stdout.write(f"{told}\n")
        return findings
    if arguments.json is not None:
        _write(Path(arguments.json), told)
    _print(findings, arguments.out)
    return findings


def _importance(
    version: str | None, settings: DriftMonitorSettings
) -> tuple[str, Mapping[str, float]]:
    """The name of a model version and the importance of its features; empty without a version."""
    if version is None:
        return "", {}
    try:
        registry = ModelRegistry(settings.mlflow)
        number = registry.champion_version() if version == _CHAMPION else version
        bundle = registry.load(number)
    except (NoChampionError, IncompatibleBundleError, MlflowException, OSError) as error:
        raise ReportError(f"model version {version}: {error}") from error
    return f"{bundle.name} version {bundle.version}", bundle.manifest.importance


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from error


def _print(findings: Findings, page: Path | None) -> None:
    console = Console(highlight=False)
    for part in screen(findings):
        console.print(part)
    if page is not None:
        console.print(f"page: {escape(str(page))} ({page.stat().st_size / 1e6:.1f} MB)")
