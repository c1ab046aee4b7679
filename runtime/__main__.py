"""Operators' commands on the shared parts: `python -m runtime topics apply`."""

import argparse
from collections.abc import Sequence

from runtime.topic_commands import add_topics


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a refusal or a failure that is named, 2 a bad option."""
    parser = argparse.ArgumentParser(prog="python -m runtime", description=__doc__)
    add_topics(parser.add_subparsers(required=True, metavar="command"))
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    raise SystemExit(main())
