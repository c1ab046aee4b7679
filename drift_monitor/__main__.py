"""The command line: `python -m drift_monitor` watches the scores; other commands are listed below.

The settings are environment variables that begin with `DRIFT_MONITOR_`.
"""

import argparse
import logging
import sys

from drift_monitor.app import run
from drift_monitor.detectors import BackendMissingError
from drift_monitor.performance import show
from drift_monitor.reporting import command
from drift_monitor.sample import SampleError
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.simulate import add_arguments, simulate
from drift_monitor.store import StateError
from runtime.database import StoreError
from runtime.service import serving
from runtime.settings import load_settings

logger = logging.getLogger("drift_monitor")


def main() -> int:
    """Run a command; 0 is success, 1 a named failure, 2 a wrong setting, argument or file."""
    parser = argparse.ArgumentParser(prog="python -m drift_monitor", description=__doc__)
    commands = parser.add_subparsers(dest="command", title="other commands")
    add_arguments(commands.add_parser("simulate", help="false alarms and detection on your rows"))
    show.add_arguments(
        commands.add_parser("performance", help="what outcomes have shown beside the estimates")
    )
    command.add_arguments(
        commands.add_parser("report", help="a page on two files: what moved from one to the other")
    )
    arguments = parser.parse_args()
    settings = load_settings(DriftMonitorSettings)
    if arguments.command is None:
        return watch(settings)
    run_command = {"simulate": price, "performance": perform, "report": compare}
    return run_command[arguments.command](arguments, settings)


def price(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> int:
    """Simulate, and print what the settings cost."""
    try:
        simulate(arguments, settings)
    except (SampleError, BackendMissingError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def perform(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> int:
    """Print what outcomes have shown."""
    try:
        show.show_performance(arguments, settings)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def compare(arguments: argparse.Namespace, settings: DriftMonitorSettings) -> int:
    """Report on two files; with `--fail-on-drift` 1 says that there is drift."""
    try:
        findings = command.report(arguments, settings)
    except (SampleError, BackendMissingError, command.ReportError) as error:
        print(error, file=sys.stderr)
        return 2
    return int(arguments.fail_on_drift and findings.moved)


def watch(settings: DriftMonitorSettings) -> int:
    """Watch the scores until SIGTERM or SIGINT."""
    try:
        with serving("drift_monitor", settings) as service:
            run(settings, service)
    except (BackendMissingError, StateError, StoreError) as error:
        logger.critical("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
