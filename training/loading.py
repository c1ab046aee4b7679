"""The inputs of a training run, read from a Kaggle folder."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from contracts.packing import FloatMatrix
from training.applications import ID, check_target, read_applications
from training.attribution import sample_rows
from training.dataset import Dataset, build_dataset, full_matrix, hold_out
from training.engines.engine import connect
from training.histories.aggregation import TABLES, Histories, Identifiers, aggregate, lost_features
from training.histories.file import read_histories, write_histories
from training.options import TrainingOptions
from training.progress import progress_bar
from training.tables import APPLICATION_TABLES, HISTORY_TABLES, Allowances, find_table

_UNLABELLED_ROWS = 20_000
"""So many rows tell a stability index of a hundredth from none."""

_ROWS_A_FOLD = 2
"""The least number of either class in a fold; with fewer no figure can be taken."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows to learn from and what they came from.

    Attributes:
        dataset: applicants with outcomes.
        unlabelled: some of application_test in the full feature space, where the folder has it.
        files: every file that was read.
        notes: what the reader of the figures must know of the data.
    """

    dataset: Dataset
    unlabelled: FloatMatrix | None
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def load(options: TrainingOptions) -> Loaded:
    """Read, check and join what the run learns from; list the rows held out.

    Raises:
        BadInputError: names the file and the line or column that cannot be used.
    """
    applications = read_applications(options.data, "application_train", options.allow)
    applications, notes = _held_out(options, applications)
    check_target(applications, options.data, _ROWS_A_FOLD * options.outer_folds(len(applications)))
    unlabelled = _unlabelled(options)
    histories = None
    if options.tables == "all":
        frames = [applications] if unlabelled is None else [applications, unlabelled]
        ids = np.unique(np.concatenate([frame[ID].to_numpy(dtype=np.int64) for frame in frames]))
        notes += notes_on_tables(options.data, options.allow)
        histories = (
            read_histories(options.histories)
            if options.histories
            else aggregate_shown(options.engine, options.data, ids, options.allow)
        )
    dataset = build_dataset(applications, histories)
    matrix = None if unlabelled is None else full_matrix(unlabelled, histories, dataset.categories)
    return Loaded(dataset, matrix, _files(options), notes)


def _unlabelled(options: TrainingOptions) -> pd.DataFrame | None:
    """Enough of application_test to tell whether the scores of others are shifted."""
    allow = Allowances(tables=True, columns=options.allow.columns)
    if find_table(options.data, "application_test", allow).file is None:
        return None
    frame = read_applications(options.data, "application_test", options.allow)
    return frame.iloc[sample_rows(len(frame), _UNLABELLED_ROWS, options.seed)]


def _held_out(
    options: TrainingOptions, applications: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    if options.hold_out is None:
        return applications, ()
    rest, ids = hold_out(applications, options.hold_out.share, options.seed)
    note = f"{len(ids):,} of {len(applications):,} rows are held out"
    if options.hold_out.ids:
        options.hold_out.ids.parent.mkdir(parents=True, exist_ok=True)
        options.hold_out.ids.write_text("".join(f"{one}\n" for one in ids), encoding="utf-8")
        note += f", listed in {options.hold_out.ids}"
    return rest, (note,)


def notes_on_tables(folder: Path, allow: Allowances) -> tuple[str, ...]:
    """What a folder lacks, and which features are missing for that."""
    lost = lost_features(folder, allow)
    gone = tuple(
        f"no {table}: missing for everyone are {', '.join(names)}" for table, names in lost.items()
    )
    sources = [find_table(folder, table, allow) for table in HISTORY_TABLES]
    return gone + tuple(
        f"{one.file}: lacks {', '.join(one.missing)}" for one in sources if one.file and one.missing
    )


def aggregate_shown(engine: str, folder: Path, ids: Identifiers, allow: Allowances) -> Histories:
    """The histories of these applicants, by the engine of this name, with a progress bar."""
    with connect(engine) as database, progress_bar("histories", len(TABLES)) as step:
        return aggregate(database, folder, ids, allow, step)


def histories_to_file(
    engine: str, folder: Path, out: Path, as_of: dt.datetime, allow: Allowances
) -> Histories:
    """Write the histories of every applicant of the folder, of train and test.

    Raises:
        BadInputError: names the file and the line or column that cannot be used.
    """
    sources = [find_table(folder, table, allow) for table in APPLICATION_TABLES]
    frames = [read_applications(folder, source.name, allow) for source in sources if source.file]
    ids = np.unique(np.concatenate([frame[ID].to_numpy(dtype=np.int64) for frame in frames]))
    histories = aggregate_shown(engine, folder, ids, allow)
    write_histories(out, histories, as_of)
    return histories


def _files(options: TrainingOptions) -> tuple[Path, ...]:
    names = ["application_train", "application_test"]
    if options.tables == "all" and options.histories is None:
        names += HISTORY_TABLES
    allow = Allowances(tables=True, columns=options.allow.columns)
    sources = [find_table(options.data, name, allow) for name in names]
    found = [source.file.path for source in sources if source.file]
    return tuple(dict.fromkeys(found + ([options.histories] if options.histories else [])))
