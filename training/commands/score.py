"""`score`: a whole table of applications by a registered model, on the scorer's own path."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from runtime.model_bundle import ModelBundle
from runtime.model_registry import ModelRegistry
from training.applications import (
    ID,
    WITHOUT_OUTCOMES,
    application_columns,
    read_application_file,
    read_applications,
)
from training.batch import blocks, score_table
from training.commands.arguments import Commands, add_folder, allowances, mlflow_settings
from training.compiling import attribution_engine, compile_trees_for
from training.errors import BadInputError
from training.histories.aggregation import Histories
from training.histories.file import read_histories
from training.history_match import check_histories
from training.loading import aggregate_shown, notes_on_tables
from training.pipeline import Say
from training.progress import progress_bar
from training.score_file import STANDARD_OUTPUT, check_place, write_scores
from training.tables import APPLICATION_TABLES
from training.versions import Versions


def add_score(commands: Commands) -> None:
    """Add the command `score`."""
    parser = commands.add_parser(
        "score",
        help="score a table of applications",
        description="Score a table of applications of a folder, or a file of them (CSV, CSV.gz or "
        "Parquet) under any name, with outcomes or without.",
    )
    add_folder(parser)
    add = parser.add_argument
    add(
        "--table",
        choices=APPLICATION_TABLES,
        default=WITHOUT_OUTCOMES,
        help=f"of the folder (default: {WITHOUT_OUTCOMES})",
    )
    add("--histories", type=Path, help="a file of `histories`, in place of the six tables")
    add("--model", default="champion", help="a version or an alias (default: champion)")
    add("--out", type=Path, required=True, help="a .csv or .parquet file, or - for the terminal")
    add("--reasons", action="store_true", help="add the codes of the principal reasons; slow")
    add("--format", choices=("scores", "kaggle"), default="scores", help="default: scores")
    parser.set_defaults(command=_score, alias=None)


def _score(options: argparse.Namespace, say: Say) -> int:
    if options.format == "kaggle" and options.reasons:
        raise BadInputError("--reasons have no place in --format kaggle; leave one of them out")
    check_place(options.out)
    tell = _aside if options.out == STANDARD_OUTPUT else say
    settings = mlflow_settings(options)
    bundle = ModelRegistry(settings).load(Versions(settings).named(options.model))
    frame = _applications(options)
    histories = _histories(options, bundle, frame, tell)
    compile_trees_for(bundle, len(frame))
    reasons = attribution_engine(bundle, len(frame)) if options.reasons else None
    with progress_bar("rows", len(blocks(len(frame)))) as step:
        scores = score_table(
            bundle,
            frame[ID].to_numpy(),
            application_columns(frame),
            histories,
            reasons=reasons,
            step=step,
        )
    write_scores(options.out, scores, options.format)
    tell(f"{options.out}: {len(frame):,} rows by {bundle.name} version {bundle.version}")
    return 0


def _aside(text: str) -> None:
    """Words that must not stand among the scores."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the standard output holds scores


def _applications(options: argparse.Namespace) -> pd.DataFrame:
    if _is_table(options.data):
        return read_application_file(options.data, allowances(options))
    return read_applications(options.data, options.table, allowances(options))


def _is_table(path: Path) -> bool:
    """Whether it is a file of applications alone; the competition's zip is as good as a folder."""
    return path.is_file() and path.suffix != ".zip"


def _histories(
    options: argparse.Namespace, bundle: ModelBundle, frame: pd.DataFrame, tell: Say
) -> Histories | None:
    if not set(bundle.manifest.history_features) & set(bundle.manifest.model_features):
        return None
    check_histories(bundle.manifest, bundle.version)
    if options.histories:
        return read_histories(options.histories)
    if _is_table(options.data):
        tell("the model takes histories and none are given: every applicant's history is unknown")
        return None
    allow = allowances(options)
    for note in notes_on_tables(options.data, allow):
        tell(note)
    return aggregate_shown(options.engine, options.data, frame[ID].to_numpy(), allow)
