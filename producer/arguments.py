"""The options of the command line, and what makes a value of one acceptable."""

import argparse
from collections.abc import Callable
from pathlib import Path

from producer.synthesis.directory import KAGGLE_TEST_SHARE

Run = Callable[[argparse.Namespace], None]


def parse(argv: list[str] | None, commands: dict[str, Run]) -> tuple[Run, argparse.Namespace]:
    """The chosen command and its options.

    Raises:
        SystemExit: with code 2 and a message that names the option.
    """
    parser = argparse.ArgumentParser(prog="python -m producer", description=__doc__)
    chosen = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_synthesize(chosen)
    options = parser.parse_args(argv)
    return commands[options.command], options


def _add_synthesize(chosen: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = chosen.add_parser(
        "synthesize",
        help="write a synthetic data set in the form of the Kaggle tables",
        description="The seven official tables as CSV, and truth.csv: the true probability of "
        "default and the outcome of every applicant. Equal numbers and seeds give equal bytes.",
    )
    command.add_argument("--out", type=Path, required=True, help="the folder to write")
    command.add_argument(
        "--applicants", type=at_least(1), default=356_255, help="default: 356255, as on Kaggle"
    )
    command.add_argument("--seed", type=at_least(0), default=0, help="default: 0")
    command.add_argument(
        "--test-share",
        type=between_0_and_1,
        default=KAGGLE_TEST_SHARE,
        help=f"share of the applicants without TARGET; default: {KAGGLE_TEST_SHARE:.4f}",
    )


def at_least(lowest: int) -> Callable[[str], int]:
    """A reader of whole numbers from `lowest` on."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from error
        if number < lowest:
            raise argparse.ArgumentTypeError(f"{number} is less than {lowest}")
        return number

    return read


def between_0_and_1(text: str) -> float:
    """Read a share."""
    try:
        share = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error
    if not 0.0 <= share <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return share
