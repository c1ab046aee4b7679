"""The rows of a training run: applications, histories and outcomes as one matrix."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.application import CATEGORICAL
from contracts.features import PROTECTED, CategoryCoder, feature_matrix, feature_names
from contracts.packing import FloatMatrix
from training.applications import ID, TARGET, application_columns, seen_levels
from training.histories.aggregation import HISTORY_FEATURES, HISTORY_VERSION, Histories
from training.train import TrainingRows

NO_HISTORIES = "none"


@dataclass(frozen=True, slots=True)
class Dataset:
    """Applicants with known outcomes in the full feature space.

    Attributes:
        ids: the applicants, ascending.
        target: 1.0 for a default, else 0.0.
        matrix: shape (rows, features), as the scorer makes it.
        categories: the frozen category map.
        history_version: of the history features, "none" without them.
        history_features: their names.
    """

    ids: npt.NDArray[np.int64]
    target: npt.NDArray[np.float64]
    matrix: FloatMatrix
    categories: Mapping[str, tuple[str, ...]]
    history_version: str
    history_features: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the matrix's columns."""
        return feature_names(self.history_features)

    def model_rows(self, features: tuple[str, ...]) -> TrainingRows:
        """The rows as the trees take them."""
        at = {name: place for place, name in enumerate(self.features)}
        matrix = np.ascontiguousarray(self.matrix[:, [at[name] for name in features]])
        return TrainingRows(matrix, self.target, features, CATEGORICAL)


def build_dataset(applications: pd.DataFrame, histories: Histories | None) -> Dataset:
    """Applications and their histories as one matrix; without histories there are no such features.

    An applicant whom the histories do not know has every history feature missing.
    """
    ids = applications[ID].to_numpy(dtype=np.int64)
    categories = seen_levels(application_columns(applications))
    return Dataset(
        ids=ids,
        target=applications[TARGET].to_numpy(dtype=np.float64),
        matrix=full_matrix(applications, histories, categories),
        categories=categories,
        history_version=NO_HISTORIES if histories is None else HISTORY_VERSION,
        history_features=() if histories is None else HISTORY_FEATURES,
    )


def full_matrix(
    applications: pd.DataFrame,
    histories: Histories | None,
    categories: Mapping[str, tuple[str, ...]],
) -> FloatMatrix:
    """Applications and their histories in the full feature space, as the scorer makes it."""
    ids = applications[ID].to_numpy(dtype=np.int64)
    joined = np.empty((len(ids), 0), np.float32) if histories is None else join(histories, ids)
    return feature_matrix(application_columns(applications), CategoryCoder(categories), joined)


def join(histories: Histories, ids: npt.NDArray[np.int64]) -> FloatMatrix:
    """The history features of these applicants, NaN for those that the histories lack."""
    joined = np.full((len(ids), histories.features.shape[1]), np.nan, dtype=np.float32)
    places = histories.places(ids)
    found = places >= 0
    joined[found] = histories.features[places[found]]
    return joined


def constant_features(dataset: Dataset) -> tuple[str, ...]:
    """Features that are the same, or missing, in every row: nothing can be learned from them."""
    least, most = np.fmin.reduce(dataset.matrix), np.fmax.reduce(dataset.matrix)
    partly_missing = np.isnan(dataset.matrix).any(axis=0) & ~np.isnan(least)
    constant = ~(least < most) & ~partly_missing
    return tuple(name for name, is_so in zip(dataset.features, constant, strict=True) if is_so)


def choose_features(dataset: Dataset, *, with_protected: bool) -> tuple[str, ...]:
    """The features that the model takes, in the order of the matrix."""
    left_out = set(constant_features(dataset)) | (set() if with_protected else PROTECTED)
    return tuple(name for name in dataset.features if name not in left_out)


def hold_out(
    applications: pd.DataFrame, share: float, seed: int
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Leave out a random share of the rows: the rest, and the ids left out, ascending."""
    count = round(len(applications) * share)
    left_out = np.random.default_rng(seed).permutation(len(applications))[:count]
    ids = np.sort(applications[ID].to_numpy(dtype=np.int64)[left_out])
    rest = applications.drop(index=applications.index[left_out])
    return rest.reset_index(drop=True), ids
