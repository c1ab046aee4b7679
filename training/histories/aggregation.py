"""The seven tables into one row of history features per applicant."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from contracts.packing import FloatMatrix
from training.engines.engine import Engine, open_table
from training.histories.bureau import BUREAU
from training.histories.cards import CARDS
from training.histories.definition import APPLICANT, Feature, HistoryTable, Tables
from training.histories.instalments import INSTALMENTS
from training.histories.pos import POS_LOANS, POS_MONTHS
from training.histories.previous import PREVIOUS
from training.kaggle_files import on_disk
from training.tables import HISTORY_TABLES, Allowances, Source, find_table

HISTORY_VERSION = "3"
"""Changes with any change of a name, an order or a formula; bundles and events must match it."""

TABLES = (BUREAU, PREVIOUS, INSTALMENTS, POS_MONTHS, POS_LOANS, CARDS)

FEATURES: tuple[Feature, ...] = tuple(feature for table in TABLES for feature in table.features)
HISTORY_FEATURES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
"""The order in which histories are packed."""

Identifiers = npt.NDArray[np.int64]
Progress = Callable[[str], None]
"""Told the name of each table before it is read."""


@dataclass(frozen=True, slots=True)
class Histories:
    """Histories of some applicants.

    Attributes:
        ids: the applicants, ascending.
        known: whether an applicant has a row in any table, shape (applicants,).
        features: shape (applicants, HISTORY_FEATURES), NaN where there is nothing to tell.
        strangers: how many other applicants the tables know of.
    """

    ids: Identifiers
    known: npt.NDArray[np.bool_]
    features: FloatMatrix
    strangers: int

    def places(self, ids: Identifiers) -> npt.NDArray[np.intp]:
        """Where each of these applicants stands; -1 where there is nothing of the applicant."""
        if not len(self.ids):
            return np.full(len(ids), -1)
        nearest = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[nearest] == ids, nearest, -1)


def lost_features(folder: Path, allow: Allowances) -> dict[str, list[str]]:
    """For every table that the folder lacks, the features that will be missing for all."""
    lacking = {t for t in HISTORY_TABLES if find_table(folder, t, allow).file is None}
    return {
        table: [f.name for one in TABLES if table in one.sources for f in one.features]
        for table in sorted(lacking)
    }


def aggregate(
    engine: Engine,
    folder: Path,
    ids: Identifiers,
    allow: Allowances,
    progress: Progress,
) -> Histories:
    """The histories of these applicants, from the tables of a folder.

    Raises:
        BadInputError: names the file and the line or column that cannot be used.
    """
    sources = {table: find_table(folder, table, allow) for table in HISTORY_TABLES}
    return gather(_aggregated(engine, sources, progress), np.unique(ids))


def _aggregated(
    engine: Engine, sources: Mapping[str, Source], progress: Progress
) -> Iterator[pa.Table]:
    for table in TABLES:
        progress(table.name)
        with ExitStack() as unpacked:
            tables = {name: _opened(engine, sources[name], unpacked) for name in table.sources}
            yield engine.run(per_applicant(table, tables))


def _opened(engine: Engine, source: Source, unpacked: ExitStack) -> ibis.Table:
    path = unpacked.enter_context(on_disk(source.file)) if source.file else None
    return open_table(engine, source, path)


def per_applicant(table: HistoryTable, tables: Tables) -> ibis.Table:
    """The features of one table, one row per applicant, as float32."""
    aggregates = {feature.name: feature.value for feature in table.aggregates}
    ratios = {feature.name: feature.value for feature in table.ratios}
    grouped = table.rows(tables).group_by(APPLICANT).aggregate(**aggregates)
    features = {f.name: ibis._[f.name].cast("float32") for f in table.features}
    return grouped.mutate(**ratios).select(APPLICANT, **features)


def gather(parts: Iterator[pa.Table], ids: Identifiers) -> Histories:
    """The rows of the parts beside each other, for these applicants alone."""
    known = np.zeros(len(ids), dtype=np.bool_)
    features = np.full((len(ids), len(HISTORY_FEATURES)), np.nan, dtype=np.float32)
    strangers: set[int] = set()
    start = 0
    for part in parts:
        found = part.column(APPLICANT).to_numpy()
        wanted = np.isin(found, ids)
        rows = np.searchsorted(ids, found[wanted])
        known[rows] = True
        strangers.update(found[~wanted].tolist())
        for at, name in enumerate(part.column_names[1:], start=start):
            features[rows, at] = part.column(name).to_numpy()[wanted]
        start += part.num_columns - 1
    return Histories(ids, known, features, len(strangers))


def silent() -> AbstractContextManager[Progress]:
    """No progress shown."""
    return nullcontext(lambda _: None)
