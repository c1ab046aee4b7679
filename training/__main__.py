"""`python -m training`: from the seven tables to a model in force, and what it says of a table."""

import argparse
import logging
import sys
from collections.abc import Sequence

import matplotlib as mpl
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from training.calibrate import WorthlessScoresError
from training.champion import RefusedError
from training.commands.arguments import Command
from training.commands.attained import add_attained
from training.commands.histories import add_dictionary, add_histories
from training.commands.promotion import add_promote, add_rollback
from training.commands.reproduce import add_reproduce
from training.commands.score import add_score
from training.commands.train import add_train
from training.commands.versions import add_versions
from training.errors import BadInputError
from training.promotion import PromotionConflictError

_REFUSALS = (RefusedError, PromotionConflictError)
_BAD_INPUT, _FAILED, _INTERRUPTED = 2, 1, 130
_COMMANDS = (
    add_train,
    add_versions,
    add_attained,
    add_promote,
    add_rollback,
    add_reproduce,
    add_score,
    add_histories,
    add_dictionary,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; exit code 2 says bad input, 1 a refusal or that registry or disk failed."""
    options = _parser().parse_args(arguments)
    _quieten_mlflow()
    mpl.use("Agg")
    command: Command = options.command
    try:
        return command(options, _say)
    except (BadInputError, WorthlessScoresError) as error:
        print(f"training: {error}", file=sys.stderr)
        return _BAD_INPUT
    except (*_REFUSALS, MlflowException, IncompatibleBundleError, OSError) as error:
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
