"""The commands of the command line and their options."""

import argparse
from pathlib import Path
from typing import TypeAlias

from producer.drift import SCENARIOS
from producer.options import at_least, between
from producer.synthesis.directory import KAGGLE_TEST_SHARE

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
_FASTEST = 1e6
_CENTURY_DAYS = 36_525


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The chosen `command` and its options.

    Raises:
        SystemExit: with code 2 and a message that names the option.
    """
    parser = argparse.ArgumentParser(
        prog="python -m producer",
        description="Where the data and the events of the stream come from.",
        epilog="Kafka is found by KAFKA_BOOTSTRAP_SERVERS (default localhost:9092).",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_synthesize(commands)
    _add_applications(commands)
    _add_histories(commands)
    _add_outcomes(commands)
    return parser.parse_args(argv)


def _add_synthesize(commands: _Commands) -> None:
    command = commands.add_parser(
        "synthesize",
        help="write a synthetic data set in the form of the Kaggle tables",
        description="The seven official tables as CSV, and truth.csv: the true probability of "
        "default and the outcome of every applicant. Equal options give equal bytes.",
    )
    command.add_argument("--out", type=Path, required=True, help="the folder to write")
    command.add_argument(
        "--applicants", type=at_least(1), default=356_255, help="default: 356255, as on Kaggle"
    )
    command.add_argument("--seed", type=at_least(0), default=0, help="default: 0")
    command.add_argument(
        "--test-share",
        type=between(0.0, 1.0),
        default=KAGGLE_TEST_SHARE,
        help=f"share of the applicants without TARGET; default: {KAGGLE_TEST_SHARE:.4f}",
    )


def _add_applications(commands: _Commands) -> None:
    command = commands.add_parser(
        "applications",
        help="publish loan applications",
        description="Applications of a Kaggle folder, or new ones, to loan.applications.",
    )
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="a folder with the Kaggle application tables")
    source.add_argument(
        "--generate", type=at_least(1), metavar="N", help="N applicants as synthesize makes them"
    )
    command.add_argument("--split", choices=["train", "test"], default="test", help="default: test")
    command.add_argument("--seed", type=at_least(0), default=0, help="of --generate, --shuffle")
    command.add_argument("--ids", type=Path, metavar="FILE", help="only these, one id in each line")
    command.add_argument("--shuffle", action="store_true", help="in a random order, in memory")
    command.add_argument("--skip", type=at_least(0), default=0, help="leave out the first so many")
    _add_pace(command)
    command.add_argument("--drift", choices=sorted(SCENARIOS), help="make them differ in this way")
    command.add_argument(
        "--allow-missing-columns", action="store_true", help="missing columns are unknown values"
    )


def _add_histories(commands: _Commands) -> None:
    command = commands.add_parser(
        "histories",
        help="publish the applicants' aggregated histories",
        description="The file of `python -m training histories` to the compacted loan.histories; "
        "an applicant without a history is published as such.",
    )
    command.add_argument(
        "--from", dest="file", type=Path, required=True, metavar="FILE", help="the Parquet file"
    )
    _add_pace(command)


def _add_outcomes(commands: _Commands) -> None:
    command = commands.add_parser(
        "outcomes",
        help="publish what became of the loans",
        description="The TARGET of every applicant of a file to loan.outcomes.",
    )
    command.add_argument(
        "--truth",
        type=Path,
        required=True,
        metavar="FILE",
        help="truth.csv of synthesize, or application_train.csv",
    )
    command.add_argument(
        "--delay",
        type=between(0, _CENTURY_DAYS),
        default=0.0,
        metavar="DAYS",
        help="date the outcomes so many days from now, as if they had gone by; default: 0",
    )
    _add_pace(command)


def _add_pace(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--rate",
        type=between(0.0, _FASTEST),
        default=0.0,
        help="how many a second, whatever the receiver does; default: 0, as fast as possible",
    )
    command.add_argument("--limit", type=at_least(0), metavar="N", help="stop after N")
