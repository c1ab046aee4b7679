"""The commands of `python -m drift_monitor` besides watching, each with its exit code."""

import argparse
import sys

from drift_monitor.detectors import BackendMissingError
from drift_monitor.performance import show
from drift_monitor.reporting import command
from drift_monitor.sample import SampleError
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.simulate import add_arguments, simulate
from runtime.database import StoreError
from runtime.settings import load_settings


def run_command(description: str) -> int:
    """Run what the command line asks for; 0 is success, 1 a failure that is named, 2 a mistake."""
    parser = argparse.ArgumentParser(prog="python -m drift_monitor", description=description)
    commands = parser.add_subparsers(dest="command", title="other commands", required=True)
    add_arguments(commands.add_parser("simulate", help="false alarms and detection on your rows"))
    show.add_arguments(
        commands.add_parser("performance", help="what outcomes have shown beside the estimates")
    )
    command.add_arguments(
        commands.add_parser("report", help="a page on two files: what moved from one to the other")
    )
    arguments = parser.parse_args()
    chosen = {"simulate": price, "performance": perform, "report": compare}[arguments.command]
    return chosen(arguments, load_settings(DriftMonitorSettings))


def price(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> int:
    """Simulate, and print what the settings cost."""
    try:
        simulate(arguments, settings)
    except (SampleError, BackendMissingError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def perform(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> int:
    """Print what outcomes have shown."""
    try:
        show.show_performance(arguments, settings)
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def compare(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> int:
    """Report on two files; with `--fail-on-drift` 1 says that there is drift."""
    try:
        findings = command.report(arguments, settings)
    except (SampleError, BackendMissingError, command.ReportError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return int(arguments.fail_on_drift and findings.moved)
