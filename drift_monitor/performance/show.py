"""The command `performance`: what was expected beside what came true, on one screen or as JSON."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing

import msgspec
from rich.console import Console
from rich.table import Table

from contracts.events import Estimate
from drift_monitor.performance.ledger import Ledger
from drift_monitor.performance.summary import Summary, VersionPerformance, summarise
from drift_monitor.performance.vintages import Outcome
from drift_monitor.settings import DriftMonitorSettings

_HEADINGS = (
    *("of version", "scored", "labels", "AUC expected", "AUC realised"),
    *("defaults expected", "defaults realised", "profit"),
)
_WINDOWS, _MONTHS = 6, 6
_UNKNOWN = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--json", action="store_true", help="all figures as JSON")
    parser.add_argument(
        "--windows", type=int, default=_WINDOWS, help=f"last windows told; default: {_WINDOWS}"
    )


def show_performance(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> None:
    """Print what the ledger tells.

    Raises:
        StoreError: the ledger cannot be read.
    """
    performance = settings.performance
    with closing(Ledger(performance.ledger(settings.state_dir))) as ledger:
        summary = summarise(ledger.engine, performance.economics(), arguments.windows)
    if arguments.json:
        told = msgspec.json.format(msgspec.json.encode(summary), indent=2)
        sys.stdout.write(told.decode() + "\n")
    else:
        for line in screen(summary):
            Console().print(line, highlight=False)


def screen(summary: Summary) -> Iterator[Table | str]:
    """The tables and lines of one screen."""
    table = Table(title="Expected from the probabilities, realised by the outcomes")
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading == _HEADINGS[0] else "right")
    for version in summary.versions:
        for name, outcome in _rows(version):
            table.add_row(name, *_cells(outcome))
    yield table
    for one in summary.challenges:
        yield (
            f"version {one.challenger} against {one.champion} on {one.labelled:,} shared outcomes: "
            f"AUC {_figure(one.auc_gain)}"
        )
    yield f"outcomes without a score: {summary.waiting_outcomes:,}"


def _rows(version: VersionPerformance) -> Iterator[tuple[str, Outcome]]:
    yield f"{version.model_version}: all", version.outcome
    for vintage in version.vintages[-_MONTHS:]:
        yield f"  month {vintage.month}", vintage.outcome
    for one in version.windows:
        alert = " ALERT" if one.window.alert else ""
        yield f"  window to {one.window.closed_at:%m-%d %H:%M:%S}{alert}", one.outcome
    for name, outcome in version.segments.items():
        yield f"  {name}", outcome


def _cells(outcome: Outcome) -> Iterator[str]:
    expected, realised = outcome.expected, outcome.realised
    yield f"{outcome.applications:,}"
    yield f"{outcome.coverage:.0%}"
    yield _figure(expected.auc if expected else None)
    yield _figure(realised.auc)
    yield _figure(expected.default_rate if expected else None)
    yield _figure(realised.default_rate)
    yield _figure(realised.profit)


def _figure(estimate: Estimate | None) -> str:
    if estimate is None:
        return _UNKNOWN
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
