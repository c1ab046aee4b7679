"""The command that prices the settings: `python -m drift_monitor simulate`."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from drift_monitor.arguments import natural, positive
from drift_monitor.days import TOGETHER, Days
from drift_monitor.detectors import detectors
from drift_monitor.performance.known import read_known
from drift_monitor.performance.pricing import price_estimates
from drift_monitor.rates import (
    Rate,
    Run,
    alert_rate,
    alerted_rate,
    found_rate,
    reached_rate,
    verdict_rate,
)
from drift_monitor.sample import Sample, SampleError, read_sample
from drift_monitor.scenarios import SCENARIOS, TIES
from drift_monitor.sequences import Sequences
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.simulation import Simulation

_LARGE = 10  # windows: what chance leaves of a window of so many tells how far an estimate is off


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command can be told besides the monitor's own settings."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, help="a folder with application_train: drift")
    what.add_argument(
        "--scores", type=Path, help="a file of `training score`: expected performance"
    )
    parser.add_argument(
        "--truth", type=Path, help="with --scores: truth.csv of the same applicants"
    )
    parser.add_argument(
        "--clean", type=positive, default=400, help="runs on clean rows, or windows (default 400)"
    )
    parser.add_argument("--shifted", type=positive, default=50, help="runs a scenario (default 50)")
    parser.add_argument(
        "--sequence",
        type=positive,
        default=10,
        help="windows in a run against slow drift (default 10)",
    )
    parser.add_argument(
        "--days",
        type=natural,
        default=400,
        help="clean days of all columns together, 0 for none (default 400)",
    )
    parser.add_argument("--seed", type=natural, default=7, help="of the random splits (default 7)")


def simulate(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> None:
    """Print the price of the settings: false alarms, then what is found.

    With `--scores` print how near the expected performance comes to what is realised.

    Raises:
        SampleError: the data cannot be used.
        BackendMissingError: alibi-detect is asked for and not installed.
    """
    if (arguments.scores is None) != (arguments.truth is None):
        raise SampleError("--scores and --truth need each other: the same applicants, twice")
    if arguments.scores is not None:
        _price_estimates(arguments, settings)
    else:
        _price_alarms(arguments, settings)


def _price_estimates(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> None:
    known = read_known(arguments.scores, arguments.truth)
    large = _LARGE * settings.window
    sizes = [settings.window, large] if large <= len(known) else [settings.window]
    Console().print(price_estimates(known, sizes, arguments.clean, arguments.seed))


def _price_alarms(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> None:
    policy = settings.policy()
    sample = read_sample(arguments.data)
    simulation = Simulation(
        sample,
        detectors(settings.backend),
        policy,
        window=settings.window,
        untested=settings.untested,
        seed=arguments.seed,
    )
    console = Console()
    clean = _ran(console, "clean", simulation.clean_runs(arguments.clean), arguments.clean)
    console.print(_false_alarms(verdict_rate(clean), alert_rate(clean, policy), settings))
    within = f"alert in {settings.alert_needed} windows"
    title = f"Found, in per cent of {arguments.shifted} runs [95 % interval]"
    table = Table("shift", "column", "in 1 window", within, title=title)
    for name, scenario in SCENARIOS.items():
        runs = simulation.shifted_runs(scenario, arguments.shifted)
        found = _ran(console, name, runs, arguments.shifted)
        verdicts, alerts = (
            found_rate(found, scenario.column),
            alerted_rate(found, scenario.column, policy),
        )
        table.add_row(name, scenario.column, _shown(verdicts), _shown(alerts))
    console.print(table)
    _follow(arguments, settings, console, sample)
    if arguments.days and settings.multivariate_rows:
        _tell_days(arguments, settings, console, sample)


def _follow(
    arguments: argparse.Namespace, settings: DriftMonitorSettings, console: Console, sample: Sample
) -> None:
    """Print what the sequential detector costs and finds."""
    sequences = Sequences(
        sample,
        settings.policy().sequential,
        window=settings.window,
        untested=settings.untested,
        seed=arguments.seed,
    )
    count, windows = arguments.shifted, arguments.sequence
    runs = sequences.clean_runs(arguments.clean, windows)
    clean = verdict_rate(_ran(console, "clean sequences", runs, arguments.clean))
    title = f"Slow drift in sequences of {windows} windows"
    table = Table("shift", "column", "alert", "median window", title=title)
    table.add_row("none, by window", "any", _shown(clean, digits=3), "")
    for name, scenario in SCENARIOS.items():
        found = _ran(console, name, sequences.shifted_runs(scenario, count, windows), count)
        reached = _shown(reached_rate(found, scenario.column))
        table.add_row(name, scenario.column, reached, f"{median(map(len, found)):g}")
    console.print(table)


def _tell_days(
    arguments: argparse.Namespace, settings: DriftMonitorSettings, console: Console, sample: Sample
) -> None:
    """Print what the test of all columns together costs and finds."""
    days = Days(
        sample,
        settings.policy().multivariate,
        rows=settings.multivariate_rows,
        untested=settings.untested,
        seed=arguments.seed,
    )
    title = f"Days of {days.rows:,} rows, all columns together"
    table = Table("shift", "days", "verdict", title=title)
    clean = _ran(console, "clean days", days.clean_runs(arguments.days), arguments.days)
    table.add_row("none", f"{arguments.days:,}", _shown(verdict_rate(clean), digits=3))
    for name, scenario in TIES.items():
        runs = days.shifted_runs(scenario, arguments.shifted)
        found = _ran(console, name, runs, arguments.shifted)
        table.add_row(name, f"{arguments.shifted:,}", _shown(found_rate(found, TOGETHER)))
    console.print(table)


def _ran(console: Console, name: str, runs: Iterable[Run], count: int) -> list[Run]:
    shown = console.is_terminal
    return list(track(runs, name, count, console=console, transient=True, disable=not shown))


def _false_alarms(verdicts: Rate, alerts: Rate, settings: DriftMonitorSettings) -> Table:
    title = f"Clean windows of {settings.window}: any column"
    table = Table("", "windows", "of", "share [95 % interval]", title=title)
    wanted = f"{settings.alert_needed} of the last {settings.alert_among}"
    for name, rate in (("with a verdict", verdicts), (f"with an alert ({wanted})", alerts)):
        table.add_row(name, f"{rate.count:,}", f"{rate.of:,}", _shown(rate, digits=3))
    return table


def _shown(rate: Rate, digits: int = 1) -> str:
    """The share with its interval, in per cent."""
    share, low, high = (f"{100 * value:.{digits}f}" for value in (rate.share, *rate.interval))
    return f"{share} % [{low}, {high}]"
