"""The command line: `python -m drift_monitor` watches the scores; other commands are listed below.

The settings are environment variables that begin with `DRIFT_MONITOR_`.
"""

import sys

from drift_monitor.settings import DriftMonitorSettings
from runtime.lean import leave_out
from runtime.settings import load_settings


def main() -> int:
    """Run a command; 0 is success, 1 a named failure, 2 a wrong setting, argument or file."""
    if len(sys.argv) > 1:
        from drift_monitor.commands import run_command  # noqa: PLC0415 - large

        return run_command(__doc__)
    settings = load_settings(DriftMonitorSettings)
    if settings.backend != "alibi":
        leave_out("pandas", "pyarrow", "sklearn")
    from drift_monitor.app import watch  # noqa: PLC0415 - must not find those

    return watch(settings)


if __name__ == "__main__":
    sys.exit(main())
