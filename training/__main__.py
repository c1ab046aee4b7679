"""`python -m training`: histories to a file, a trained model into the registry, the alias moved."""

import argparse
import logging
import sys
from collections.abc import Sequence

import matplotlib as mpl
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from training.calibrate import WorthlessScoresError
from training.commands.arguments import Command
from training.commands.histories import add_dictionary, add_histories
from training.commands.promotion import add_promotion
from training.commands.train import add_train
from training.errors import BadInputError

_BAD_INPUT, _FAILED, _INTERRUPTED = 2, 1, 130
_COMMANDS = (add_train, add_histories, add_dictionary, add_promotion)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; exit code 2 says bad input, 1 that the registry or the disk failed."""
    options = _parser().parse_args(arguments)
    _quieten_mlflow()
    mpl.use("Agg")
    command: Command = options.command
    try:
        return command(options, _say)
    except (BadInputError, WorthlessScoresError) as error:
        print(f"training: {error}", file=sys.stderr)
        return _BAD_INPUT
    except (MlflowException, IncompatibleBundleError, OSError) as error:
        print(f"training: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for add in _COMMANDS:
        add(commands)
    return parser


def _quieten_mlflow() -> None:
    """Its notes on tables created and files copied would bury ours."""
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)  # type: ignore[no-untyped-call]


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
