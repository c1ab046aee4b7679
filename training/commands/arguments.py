"""What several commands take: the Kaggle folder, bounded numbers, times, the registry."""

import argparse
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from runtime.settings import MlflowSettings, load_settings
from training.engines.engine import DUCKDB, LOCAL_SPARK, SPARK_MASTER
from training.pipeline import Say
from training.tables import Allowances

Command: TypeAlias = Callable[[argparse.Namespace, Say], int]
"""Carries a command out; the exit code is 0 unless the command asks a question and answers no."""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Ask for a Kaggle folder and what may be missing from it."""
    add = parser.add_argument
    add("--data", type=Path, required=True, help="the Kaggle folder: CSV, CSV.gz, zip or Parquet")
    add("--allow-missing-tables", action="store_true", help="go on without a table")
    add("--allow-missing-columns", action="store_true", help="go on without a column")
    add(
        "--engine",
        type=engine,
        default=DUCKDB,
        help="what aggregates the six tables: duckdb, local (Spark here) or spark://host:port, "
        "which finds the folder under the same path (default: duckdb)",
    )


def allowances(options: argparse.Namespace) -> Allowances:
    """What may be missing from the folder."""
    return Allowances(options.allow_missing_tables, options.allow_missing_columns)


def add_alias(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Let the command work on another alias than the services follow."""
    parser.add_argument("--alias", help=f"{meaning} (default: MODEL_ALIAS)")


def mlflow_settings(options: argparse.Namespace) -> MlflowSettings:
    """The registry of the environment, with the alias that the command names."""
    settings = load_settings(MlflowSettings)
    return settings.model_copy(update={"model_alias": options.alias}) if options.alias else settings


def engine(text: str) -> str:
    """The name of an engine."""
    if text in (DUCKDB, LOCAL_SPARK) or text.startswith(SPARK_MASTER):
        return text
    raise argparse.ArgumentTypeError(f"{text} is not duckdb, local or spark://host:port")


def time(text: str) -> dt.datetime:
    """An ISO time, in UTC where it names no zone."""
    found = dt.datetime.fromisoformat(text)
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found


def share(text: str) -> float:
    """A number from 0 to below 1."""
    found = float(text)
    if not 0 <= found < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to below 1")
    return found


def rate(text: str) -> float:
    """A number above 0 and up to 1."""
    found = float(text)
    if not 0 < found <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a rate above 0 and up to 1")
    return found


def count(text: str) -> int:
    """A whole number from 2."""
    found = int(text)
    if found < 2:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text} is less than 2")
    return found


def positive(text: str) -> int:
    """A whole number from 1."""
    found = int(text)
    if found < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return found


def natural(text: str) -> int:
    """A whole number from 0."""
    found = int(text)
    if found < 0:
        raise argparse.ArgumentTypeError(f"{text} is less than 0")
    return found
