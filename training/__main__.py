"""`python -m training`: histories to a file, a trained model into the registry, the alias moved."""

import argparse
import datetime as dt
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from runtime.settings import MlflowSettings, load_settings
from training.calibrate import WorthlessScoresError
from training.dictionary import dictionary
from training.errors import BadInputError
from training.histories.aggregation import HISTORY_FEATURES
from training.loading import histories_to_file, notes_on_tables
from training.options import HoldOut, TrainingOptions
from training.pipeline import train
from training.policy import DEFAULT_POLICY
from training.reasons import DEFAULT_CATALOGUE
from training.register import promote
from training.tables import Allowances

_BAD_INPUT, _FAILED, _INTERRUPTED = 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; exit code 2 says bad input, 1 that the registry or the disk failed."""
    options = _parser().parse_args(arguments)
    _quieten_mlflow()
    mpl.use("Agg")
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
    except (BadInputError, WorthlessScoresError) as error:
        print(f"training: {error}", file=sys.stderr)
        return _BAD_INPUT
    except (MlflowException, IncompatibleBundleError, OSError) as error:
        print(f"training: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def _train(options: argparse.Namespace) -> None:
    train(_training_options(options), _mlflow(options), _say)


def _histories(options: argparse.Namespace) -> None:
    allow = _allowances(options)
    for note in notes_on_tables(options.data, allow):
        _say(note)
    found = histories_to_file(options.data, options.out, options.as_of, allow)
    _say(
        f"{options.out}: {len(found.ids):,} applicants, {int(found.known.sum()):,} with a history, "
        f"{found.features.shape[1]} features; {found.strangers:,} others are in the tables alone"
    )


def _dictionary(options: argparse.Namespace) -> None:
    options.out.write_text(dictionary(), encoding="utf-8")
    _say(f"{options.out}: {len(HISTORY_FEATURES)} features")


def _promote(options: argparse.Namespace) -> None:
    settings = _mlflow(options)
    promote(settings, options.version)
    _say(f"{settings.model_name} version {options.version} is {settings.model_alias}")


def _quieten_mlflow() -> None:
    """Its notes on tables created and files copied would bury ours."""
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)  # type: ignore[no-untyped-call]


def _say(text: str) -> None:
    print(text, flush=True)


def _mlflow(options: argparse.Namespace) -> MlflowSettings:
    settings = load_settings(MlflowSettings)
    return settings.model_copy(update={"model_alias": options.alias}) if options.alias else settings


def _allowances(options: argparse.Namespace) -> Allowances:
    return Allowances(options.allow_missing_tables, options.allow_missing_columns)


def _training_options(options: argparse.Namespace) -> TrainingOptions:
    hold_out = HoldOut(options.holdout_share, options.holdout_ids)
    return TrainingOptions(
        data=options.data,
        tables=options.tables,
        histories=options.histories,
        allow=_allowances(options),
        hold_out=hold_out if options.holdout_share else None,
        policy=options.policy,
        catalogue=options.reasons,
        with_protected=options.with_protected,
        promote=options.promote,
        folds=options.folds,
        rounds=options.rounds,
        features=options.features,
        learning_rate=options.learning_rate,
        seed=options.seed,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_train(commands.add_parser("train", help="train, judge and register a model"))
    _add_histories(commands.add_parser("histories", help="write every applicant's history"))
    words = commands.add_parser("dictionary", help="write the meaning of every history feature")
    words.add_argument("--out", type=Path, default=Path("docs/features.md"))
    words.set_defaults(command=_dictionary)
    promotion = commands.add_parser("promote", help="put a registered version into force")
    promotion.add_argument("version", help="the version's number")
    promotion.add_argument("--alias", help="the alias to move (default: MODEL_ALIAS)")
    promotion.set_defaults(command=_promote)
    return parser


def _add_folder(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--data", type=Path, required=True, help="the Kaggle folder: CSV or CSV.gz")
    add("--allow-missing-tables", action="store_true", help="go on without a table")
    add("--allow-missing-columns", action="store_true", help="go on without a column")


def _add_histories(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    add = parser.add_argument
    add("--out", type=Path, required=True, help="the Parquet file to write")
    add("--as-of", type=_time, default=dt.datetime.now(dt.UTC), help="default: now")
    parser.set_defaults(command=_histories)


def _add_train(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    add = parser.add_argument
    add("--tables", choices=("all", "application"), default="all", help="default: all")
    add("--histories", type=Path, help="a file of `histories`, in place of the six tables")
    add("--holdout-share", type=_share, default=0.0, help="leave out this share of the rows")
    add("--holdout-ids", "--holdout-out", type=Path, help="list the ids left out here")
    add("--policy", type=Path, default=DEFAULT_POLICY, help="costs, capacity, points (TOML)")
    add("--reasons", type=Path, default=DEFAULT_CATALOGUE, help="the reason catalogue (TOML)")
    add("--with-protected", action="store_true", help="measure with gender, family status, age")
    add("--folds", type=_count, default=5, help="outer folds (default: 5)")
    add("--rounds", type=_count, default=3000, help="the most trees (default: 3000)")
    add("--features", type=_count, help="the most features (default: by the number of rows)")
    add("--learning-rate", type=_rate, help="default: by the number of rows")
    add("--seed", type=int, default=7, help="of folds and trees (default: 7)")
    add("--alias", help="the alias to put on the model (default: MODEL_ALIAS)")
    add("--no-promote", dest="promote", action="store_false", help="register alone")
    parser.set_defaults(command=_train)


def _time(text: str) -> dt.datetime:
    time = dt.datetime.fromisoformat(text)
    return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to below 1")
    return share


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a rate above 0 and up to 1")
    return rate


def _count(text: str) -> int:
    count = int(text)
    if count < 2:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text} is less than 2")
    return count


if __name__ == "__main__":
    sys.exit(main())
