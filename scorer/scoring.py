"""From applications and histories to scores: features, prediction, decision. Pure, no clock."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from contracts.application import CATEGORICAL, COLUMNS, LoanApplication
from contracts.bundle import BundleManifest
from contracts.events import HistoryStatus, LoanScored
from contracts.features import UNSEEN, application_columns
from contracts.headers import Envelope
from contracts.ids import score_id
from contracts.packing import FloatMatrix, FloatVector, pack
from contracts.records import RawRecord
from contracts.scoring import RawModel, RowScorer, ScoredRows

_CREDIT_AT = COLUMNS.index("AMT_CREDIT")
_CATEGORICAL_AT = [COLUMNS.index(name) for name in CATEGORICAL]


class Model(RawModel, Protocol):
    """What the scorer needs of a model bundle."""

    @property
    def name(self) -> str:
        """The registered model."""

    @property
    def version(self) -> str:
        """Its version in the registry."""


@dataclass(frozen=True, slots=True)
class History:
    """What the view holds of one applicant; no features say that there is no history."""

    as_of: dt.datetime
    version: str
    features: FloatVector | None


@dataclass(frozen=True, slots=True)
class Applied:
    """A decoded application, where it came from and what its headers said."""

    application: LoanApplication
    envelope: Envelope
    record: RawRecord


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """The scores of a batch.

    Attributes:
        scores: in the order of the applications.
        unseen: how many levels the training never saw, by column.
        mismatched: how many histories are held, but not of the version that the model takes.
        credit: amounts applied for, in the order of the scores; 0 where none was named.
    """

    scores: Sequence[LoanScored] = ()
    unseen: Mapping[str, int] = field(default_factory=dict)
    mismatched: int = 0
    credit: Sequence[float] = ()


class BatchScorer:
    """Scores batches by one model; the same input gives the same score, whatever the batch."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._rows = RowScorer(model)

    def score(
        self,
        applied: Sequence[Applied],
        histories: Sequence[History | None],
        scored_at: dt.datetime,
    ) -> ScoredBatch:
        """Score a batch; `histories` holds one for each application, None where none was seen."""
        if not applied:
            return ScoredBatch()
        usable = [usable_history(history, self.model.manifest) for history in histories]
        columns = application_columns([one.application for one in applied])
        statuses = [history_status(history) for history in usable]
        found = self._rows.score(columns, self._history_rows(usable), statuses)
        rows = zip(applied, usable, strict=True)
        scores = [self._scored(found, at, *row, scored_at) for at, row in enumerate(rows)]
        mismatched = usable.count(None) - list(histories).count(None)
        credit: list[float] = np.nan_to_num(found.matrix[:, _CREDIT_AT]).tolist()
        return ScoredBatch(scores, unseen_levels(found.matrix), mismatched, credit)

    def _history_rows(self, histories: Sequence[History | None]) -> FloatMatrix:
        width = len(self.model.manifest.history_features)
        rows = np.full((len(histories), width), np.nan, dtype=np.float32)
        for at, history in enumerate(histories):
            if width and history is not None and history.features is not None:
                rows[at] = history.features
        return rows

    def _scored(
        self,
        found: ScoredRows,
        at: int,
        applied: Applied,
        history: History | None,
        scored_at: dt.datetime,
    ) -> LoanScored:
        manifest = self.model.manifest
        return LoanScored(
            application_id=applied.application.SK_ID_CURR,
            score_id=score_id(applied.envelope.event_id),
            application_event_id=applied.envelope.event_id,
            purpose=applied.envelope.purpose,
            applied_at=applied.envelope.time,
            scored_at=scored_at,
            source_partition=applied.record.partition,
            source_offset=applied.record.offset,
            model_name=self.model.name,
            model_version=self.model.version,
            feature_version=manifest.feature_version,
            history_version=manifest.history_version,
            history_status=history_status(history),
            history_as_of=None if history is None else history.as_of,
            raw_score=found.raw_scores[at],
            probability=found.probabilities[at],
            points=found.points[at],
            decision=found.decisions[at],
            features=pack(found.matrix[at]),
        )


def usable_history(history: History | None, manifest: BundleManifest) -> History | None:
    """The history, if its features are those that the model was trained with; else None.

    A model without history features takes any: it needs to know no more than that there is one.
    """
    if history is None or history.features is None or not manifest.history_features:
        return history
    same = history.version == manifest.history_version
    return history if same and len(history.features) == len(manifest.history_features) else None


def history_status(history: History | None) -> HistoryStatus:
    """What is known of an applicant's history."""
    if history is None:
        return HistoryStatus.UNKNOWN
    return HistoryStatus.NONE if history.features is None else HistoryStatus.PRESENT


def unseen_levels(matrix: FloatMatrix) -> dict[str, int]:
    """How many rows of a feature matrix hold a level that the training never saw, by column."""
    counts = (matrix[:, _CATEGORICAL_AT] == UNSEEN).sum(axis=0)
    return {name: int(count) for name, count in zip(CATEGORICAL, counts, strict=True) if count}
