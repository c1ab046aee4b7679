"""The monitor's command line: `python -m drift_monitor`, by environment variables alone."""

import argparse
import logging
import sys

from drift_monitor.app import run
from drift_monitor.detectors import BackendMissingError
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.store import StateError
from runtime.logs import configure_logging
from runtime.service import Service
from runtime.settings import load_settings

logger = logging.getLogger("drift_monitor")


def main() -> int:
    """Run a command; 0 is success, 1 a failure that is named, 2 a wrong setting or argument."""
    parser = argparse.ArgumentParser(prog="python -m drift_monitor", description=__doc__)
    parser.parse_args()
    return monitor(load_settings(DriftMonitorSettings))


def monitor(settings: DriftMonitorSettings) -> int:
    """Watch the scores until SIGTERM or SIGINT."""
    configure_logging("drift_monitor", settings.log_level)
    service = Service(
        "drift_monitor",
        host=settings.http_host,
        port=settings.http_port,
        stall_seconds=settings.stall_seconds,
        dead_letter_limit=settings.dead_letter_limit,
    )
    service.stop_on_signals()
    service.start()
    try:
        run(settings, service)
    except (BackendMissingError, StateError) as error:
        logger.critical("%s", error)
        return 1
    finally:
        service.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
