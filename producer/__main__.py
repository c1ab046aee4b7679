"""`python -m producer`: where the data and the events of the stream come from."""

import argparse
import sys

import duckdb

from producer.arguments import parse
from producer.errors import BadInputError
from producer.progress import progress_bar
from producer.synthesis.directory import Order, synthesize


def _synthesize(options: argparse.Namespace) -> None:
    order = Order(options.applicants, options.seed, options.test_share)
    with progress_bar("applicants", order.applicants) as advance:
        try:
            for done in synthesize(options.out, order):
                advance(done)
        except (OSError, duckdb.IOException) as error:
            raise BadInputError(f"--out {options.out}: {error}") from error


def main(argv: list[str] | None = None) -> int:
    """Run a command; 0 where it is done, 2 where its input or its options cannot be used."""
    run, options = parse(argv, {"synthesize": _synthesize})
    try:
        run(options)
    except BadInputError as error:
        print(f"producer {options.command}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
