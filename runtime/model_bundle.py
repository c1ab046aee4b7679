"""A model bundle on disk: trees as LightGBM's text, a JSON manifest, reference rows. No pickle.

Loading runs no code from the bundle: the three files are text, JSON and a plain array.
"""

from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import msgspec
import numpy as np
import numpy.typing as npt

from contracts.bundle import (
    MANIFEST_FILE,
    REFERENCE_FILE,
    TREES_FILE,
    BundleManifest,
    IncompatibleBundleError,
)
from contracts.packing import FloatMatrix


@dataclass(frozen=True)
class ModelBundle:
    """A model version as services use it.

    Attributes:
        name: the registered model.
        version: its version in the registry.
        manifest: everything besides the trees.
        booster: the trees.
        reference: training rows in the full feature space, shape (rows, manifest.features).
        columns: where the model's features stand in the full feature matrix.
    """

    name: str
    version: str
    manifest: BundleManifest
    booster: lgb.Booster
    reference: FloatMatrix
    columns: npt.NDArray[np.intp]

    def model_input(self, matrix: FloatMatrix) -> FloatMatrix:
        """The model's columns of a full feature matrix, contiguous."""
        return np.ascontiguousarray(matrix[:, self.columns])

    def raw_scores(self, matrix: FloatMatrix) -> npt.NDArray[np.float64]:
        """Log-odds before calibration of rows in the full feature space, shape (rows,).

        One thread, so that a row's score is the same in every batch, to the last bit.
        """
        scores = self.booster.predict(self.model_input(matrix), raw_score=True, num_threads=1)
        return np.asarray(scores, dtype=np.float64)


def write_bundle(
    folder: Path, manifest: BundleManifest, trees: str, reference: FloatMatrix
) -> None:
    """Write a bundle into a folder, which is created."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    (folder / TREES_FILE).write_text(trees)
    np.save(folder / REFERENCE_FILE, np.ascontiguousarray(reference, dtype="<f4"))


def read_bundle(folder: Path, name: str, version: str) -> ModelBundle:
    """Read a bundle and check that its parts agree with each other and with this code.

    Raises:
        IncompatibleBundleError: says what differs, or which file is damaged.
        FileNotFoundError: a file of the bundle is missing.
    """
    manifest = _manifest(folder / MANIFEST_FILE)
    manifest.check()
    booster = _booster(folder / TREES_FILE, manifest)
    reference = _reference(folder / REFERENCE_FILE, manifest)
    at = {feature: place for place, feature in enumerate(manifest.features)}
    columns = np.array([at[feature] for feature in manifest.model_features], dtype=np.intp)
    return ModelBundle(name, version, manifest, booster, reference, columns)


def _manifest(path: Path) -> BundleManifest:
    try:
        return msgspec.json.decode(path.read_bytes(), type=BundleManifest)
    except msgspec.DecodeError as error:
        raise IncompatibleBundleError(f"{path}: {error}") from error


def _booster(path: Path, manifest: BundleManifest) -> lgb.Booster:
    try:
        booster = lgb.Booster(model_str=path.read_text())
    except (lgb.basic.LightGBMError, UnicodeDecodeError) as error:
        raise IncompatibleBundleError(f"{path}: {error}") from error
    if tuple(booster.feature_name()) != manifest.model_features:
        raise IncompatibleBundleError(f"{path}: the trees' features are not the manifest's")
    return booster


def _reference(path: Path, manifest: BundleManifest) -> FloatMatrix:
    try:
        reference: FloatMatrix = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise IncompatibleBundleError(f"{path}: {error}") from error
    if reference.ndim != 2 or reference.shape[1] != len(manifest.features):  # noqa: PLR2004
        expected = len(manifest.features)
        raise IncompatibleBundleError(f"{path}: shape {reference.shape}, not (rows, {expected})")
    return reference
