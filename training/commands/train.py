"""`train`: fit, judge and register a model."""

import argparse
from pathlib import Path
from typing import get_args

from training.alternatives import Measure
from training.commands.arguments import (
    Commands,
    add_folder,
    allowances,
    count,
    mlflow_settings,
    natural,
    positive,
    rate,
    share,
)
from training.commands.promotion import add_override, add_reason, motive
from training.errors import BadInputError
from training.monotone import DEFAULT_DIRECTIONS
from training.options import HoldOut, TrainingOptions
from training.pipeline import Say, train
from training.policy import DEFAULT_POLICY
from training.reasons import DEFAULT_CATALOGUE


def add_train(commands: Commands) -> None:
    """Add the command `train`."""
    parser = commands.add_parser("train", help="train, judge and register a model")
    add_folder(parser)
    _add_rows(parser)
    _add_model(parser)
    _add_choices(parser)
    _add_registry(parser)
    parser.set_defaults(command=_train)


def _add_rows(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--tables", choices=("all", "application"), default="all", help="default: all")
    add("--histories", type=Path, help="a file of `histories`, in place of the six tables")
    add("--holdout-share", type=share, default=0.0, help="leave out this share of the rows")
    add("--holdout-ids", "--holdout-out", type=Path, help="list the ids left out here")


def _add_model(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--policy", type=Path, default=DEFAULT_POLICY, help="costs, capacity, points (TOML)")
    add("--reasons", type=Path, default=DEFAULT_CATALOGUE, help="the reason catalogue (TOML)")
    add("--with-protected", action="store_true", help="measure with gender, family status, age")
    add("--folds", type=count, help="outer folds (default: by the number of rows)")
    add("--rounds", type=count, default=3000, help="the most trees (default: 3000)")
    add("--features", type=count, help="the most features (default: by the number of rows)")
    add("--learning-rate", type=rate, help="default: by the number of rows")
    add("--seed", type=natural, default=7, help="of folds and trees (default: 7)")


def _add_choices(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--bagging", type=positive, default=1, metavar="SEEDS", help="average so many seeds")
    add("--trials", type=natural, default=0, help="search parameters by so many trials a fold")
    add("--study", type=Path, help="the SQLite file that a stopped search goes on from")
    add(
        "--monotone",
        type=Path,
        nargs="?",
        const=DEFAULT_DIRECTIONS,
        metavar="DIRECTIONS",
        help="let some features move the risk one way alone (TOML; default: the one shipped)",
    )
    add(
        "--measure",
        nargs="*",
        choices=get_args(Measure),
        help="print what these restrictions cost in AUC (default: protected, where rows are few)",
    )


def _add_registry(parser: argparse.ArgumentParser) -> None:
    add_reason(parser)
    add_override(parser)
    add = parser.add_argument
    add("--no-promote", dest="promote", action="store_false", help="register alone")


def _train(options: argparse.Namespace, say: Say) -> int:
    _check_companions(options)
    who_and_why = motive(options, options.override)
    train(_training_options(options), mlflow_settings(options), who_and_why, say)
    return 0


def _check_companions(options: argparse.Namespace) -> None:
    """Refuse what would be passed over in silence for want of another option."""
    if options.holdout_ids and not options.holdout_share:
        raise BadInputError("--holdout-ids lists nothing without --holdout-share above 0")
    if options.study and not options.trials:
        raise BadInputError("--study keeps nothing without --trials above 0")


def _training_options(options: argparse.Namespace) -> TrainingOptions:
    hold_out = HoldOut(options.holdout_share, options.holdout_ids)
    return TrainingOptions(
        data=options.data,
        tables=options.tables,
        histories=options.histories,
        allow=allowances(options),
        engine=options.engine,
        hold_out=hold_out if options.holdout_share else None,
        policy=options.policy,
        catalogue=options.reasons,
        with_protected=options.with_protected,
        measure=None if options.measure is None else tuple(options.measure),
        promote=options.promote,
        folds=options.folds,
        rounds=options.rounds,
        features=options.features,
        learning_rate=options.learning_rate,
        bags=options.bagging,
        trials=options.trials,
        study=options.study,
        monotone=options.monotone,
        seed=options.seed,
    )
