"""From rows to decisions: the one path of the stream and of batch scoring alike. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from contracts.bundle import BundleManifest
from contracts.events import Decision, HistoryStatus
from contracts.features import ApplicationColumns, CategoryCoder, feature_matrix
from contracts.packing import FloatMatrix


class RawModel(Protocol):
    """What scoring rows needs of a model bundle."""

    @property
    def manifest(self) -> BundleManifest:
        """Features, categories, calibration and policy."""

    def raw_scores(self, matrix: FloatMatrix) -> npt.NDArray[np.float64]:
        """Log-odds of rows in the full feature space, shape (rows,)."""


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """What a model says of rows, each in its own place.

    Attributes:
        matrix: the rows in the full feature space.
        raw_scores: log-odds before calibration.
        probabilities: of default.
        points: more of them, less risk.
        decisions: by the policy in the bundle.
    """

    matrix: FloatMatrix
    raw_scores: Sequence[float]
    probabilities: Sequence[float]
    points: Sequence[int]
    decisions: Sequence[Decision]


class RowScorer:
    """Scores rows by one model; a row's score is the same alone and in any batch."""

    def __init__(self, model: RawModel) -> None:
        self._model = model
        self._coder = CategoryCoder(model.manifest.categories)

    def score(
        self,
        columns: ApplicationColumns,
        histories: FloatMatrix,
        statuses: Sequence[HistoryStatus],
    ) -> ScoredRows:
        """Features, trees, calibration, decision.

        Args:
            columns: the applications.
            histories: shape (rows, the model's history features), NaN where there is none.
            statuses: what is known of each applicant's history.
        """
        matrix = feature_matrix(columns, self._coder, histories)
        return decided(self._model.manifest, matrix, self._model.raw_scores(matrix), statuses)


def decided(
    manifest: BundleManifest,
    matrix: FloatMatrix,
    raw_scores: npt.NDArray[np.float64],
    statuses: Sequence[HistoryStatus],
) -> ScoredRows:
    """Probability, points and decision of raw scores, a row at a time by the manifest's own code.

    A vectorised exponential may differ from the scalar one in the last bit, so none is used.
    """
    raw = raw_scores.tolist()
    probabilities = [manifest.calibration.probability(one) for one in raw]
    rows = zip(probabilities, statuses, strict=True)
    return ScoredRows(
        matrix=matrix,
        raw_scores=raw,
        probabilities=probabilities,
        points=[manifest.points.points(one) for one in probabilities],
        decisions=[manifest.policy.decide(*row) for row in rows],
    )
