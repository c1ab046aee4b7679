"""Starts the explainer: `python -m explainer`, configured by environment variables alone."""

import sys

from runtime.lean import leave_out


def main() -> int:
    """Run until SIGTERM or SIGINT; 0 is a graceful stop, 2 a bad setting, 3 no usable model."""
    leave_out("pandas", "pyarrow", "sklearn")
    from explainer.running import start  # noqa: PLC0415 - what it imports must not find those

    return start()


if __name__ == "__main__":
    sys.exit(main())
