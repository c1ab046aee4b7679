"""Scores whole tables by the scorer's own path: blocks of rows, side by side. Pure but for threads.

A row's score does not depend on its block, so blocks may be scored in any order on all cores.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from contracts.events import Decision, HistoryStatus
from contracts.features import ApplicationColumns
from contracts.packing import FloatMatrix
from contracts.reasons import principal_reasons
from contracts.scoring import RowScorer, ScoredRows
from runtime.attributions import Engine
from runtime.model_bundle import ModelBundle
from training.histories.aggregation import Histories

_BLOCK = 4_096

Ids = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BatchScores:
    """The scores of a table, each row in its place.

    Attributes:
        ids: the applicants.
        raw_scores: log-odds before calibration.
        probabilities: of default.
        points: more of them, less risk.
        decisions: by the policy of the bundle.
        statuses: what is known of each applicant's history.
        reasons: the codes of each row's principal reasons, in order; None where not asked for.
    """

    ids: Ids
    raw_scores: Sequence[float]
    probabilities: Sequence[float]
    points: Sequence[int]
    decisions: Sequence[Decision]
    statuses: Sequence[HistoryStatus]
    reasons: Sequence[tuple[str, ...]] | None


def score_table(
    bundle: ModelBundle,
    ids: Ids,
    columns: ApplicationColumns,
    histories: Histories | None,
    *,
    reasons: Engine | None = None,
    step: Callable[[], object] = lambda: None,
) -> BatchScores:
    """Score every row.

    Args:
        bundle: the model.
        ids: the applicants.
        columns: their applications.
        histories: of the model's version; None where there are none.
        reasons: what attributes the scores to features; None where no reasons are wanted, for they
            cost many times the scores.
        step: called after each block.
    """
    scorer, statuses = RowScorer(bundle), history_statuses(ids, histories)
    places = _places(ids, histories)

    def one(block: slice) -> tuple[ScoredRows, list[tuple[str, ...]]]:
        part = ApplicationColumns(
            columns.numeric[block], [levels[block] for levels in columns.levels]
        )
        features = _features(bundle, places[block], histories)
        rows = scorer.score(part, features, statuses[block])
        told = _reasons(bundle, reasons, rows.matrix) if reasons else []
        step()
        return rows, told

    found = _side_by_side(one, blocks(len(ids)))
    scored = [rows for rows, _ in found]
    return BatchScores(
        ids=ids,
        raw_scores=_flat(rows.raw_scores for rows in scored),
        probabilities=_flat(rows.probabilities for rows in scored),
        points=_flat(rows.points for rows in scored),
        decisions=_flat(rows.decisions for rows in scored),
        statuses=statuses,
        reasons=_flat(told for _, told in found) if reasons else None,
    )


def blocks(rows: int) -> list[slice]:
    """The blocks that so many rows are scored in."""
    return [slice(start, start + _BLOCK) for start in range(0, rows, _BLOCK)]


def history_statuses(ids: Ids, histories: Histories | None) -> list[HistoryStatus]:
    """Present, none where the tables have nothing of the applicant, unknown where nobody looked."""
    if histories is None:
        return [HistoryStatus.UNKNOWN] * len(ids)
    known = histories.known.tolist()
    told = {True: HistoryStatus.PRESENT, False: HistoryStatus.NONE}
    places = _places(ids, histories).tolist()
    return [told[known[at]] if at >= 0 else HistoryStatus.UNKNOWN for at in places]


def _places(ids: Ids, histories: Histories | None) -> Places:
    """Where each applicant's history stands; -1 where there is none."""
    if histories is None:
        return np.full(len(ids), -1)
    return histories.places(ids)


def _features(bundle: ModelBundle, places: Places, histories: Histories | None) -> FloatMatrix:
    width = len(bundle.manifest.history_features)
    features = np.full((len(places), width), np.nan, dtype=np.float32)
    if histories is not None and width:
        known = places >= 0
        features[known] = histories.features[places[known]]
    return features


def _reasons(bundle: ModelBundle, engine: Engine, matrix: FloatMatrix) -> list[tuple[str, ...]]:
    names, groups = bundle.manifest.model_features, bundle.manifest.reasons
    attributions = engine.attributions(bundle.model_input(matrix))
    return [
        tuple(
            reason.code for reason in principal_reasons(dict(zip(names, row, strict=True)), groups)
        )
        for row in attributions.tolist()
    ]


def _side_by_side(work: Callable[[slice], T], parts: Sequence[slice]) -> list[T]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, parts))


def _flat(parts: Iterable[Iterable[T]]) -> list[T]:
    return list(chain.from_iterable(parts))
