"""A model bundle on disk: trees as LightGBM's text, a JSON manifest, reference rows. No pickle.

Loading runs no code from the bundle: the three files are text, JSON and a plain array, nothing
else may lie beside them, and each is held against its digest before it is read.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import msgspec
import numpy as np
import numpy.typing as npt

from contracts.bundle import (
    BUNDLE_FILES,
    MANIFEST_FILE,
    REFERENCE_FILE,
    TREES_FILE,
    BundleManifest,
    IncompatibleBundleError,
)
from contracts.packing import FloatMatrix
from runtime.compiled_trees import ProvenTrees

_read_array: Callable[..., FloatMatrix] = np.lib.format.read_array  # one array, unlike np.load


@dataclass(frozen=True)
class ModelBundle:
    """A model version as services use it.

    Attributes:
        name: the registered model.
        version: its version in the registry.
        manifest: everything besides the trees.
        booster: the trees, as LightGBM has them.
        trees: what evaluates them.
        reference: training rows in the full feature space, shape (rows, manifest.features).
        columns: where the model's features stand in the full feature matrix.
    """

    name: str
    version: str
    manifest: BundleManifest
    booster: lgb.Booster
    trees: ProvenTrees
    reference: FloatMatrix
    columns: npt.NDArray[np.intp]

    def model_input(self, matrix: FloatMatrix) -> FloatMatrix:
        """The model's columns of a full feature matrix, contiguous."""
        return np.ascontiguousarray(matrix[:, self.columns])

    def raw_scores(self, matrix: FloatMatrix) -> npt.NDArray[np.float64]:
        """Log-odds before calibration of rows in the full feature space, shape (rows,).

        A row's score is the same in every batch and by every engine, to the last bit.
        """
        return self.trees.raw_scores(self.model_input(matrix))

    def compile_trees(self) -> bool:
        """Whether the compiled trees score from now on; proven on the reference rows."""
        return self.trees.prove(self.model_input(self.reference))


def write_bundle(
    folder: Path, manifest: BundleManifest, trees: str, reference: FloatMatrix
) -> None:
    """Write a bundle into a folder, which is created; the manifest gets the others' digests."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {TREES_FILE: trees.encode(), REFERENCE_FILE: _array_file(reference)}
    digests = {name: sha256(content) for name, content in contents.items()}
    complete = msgspec.structs.replace(manifest, digests=digests)
    contents[MANIFEST_FILE] = msgspec.json.format(msgspec.json.encode(complete))
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def _array_file(rows: FloatMatrix) -> bytes:
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(rows, dtype="<f4"), allow_pickle=False)
    return file.getvalue()


def sha256(content: bytes) -> str:
    """The digest that a bundle's files are known by."""
    return hashlib.sha256(content).hexdigest()


def read_bundle(folder: Path, name: str, version: str, digest: str | None = None) -> ModelBundle:
    """Read a bundle and check that its parts agree with each other and with this code.

    Args:
        folder: of the bundle.
        name: the registered model.
        version: its version.
        digest: of the manifest, as the registry has it; None where the bundle comes from none.

    Raises:
        IncompatibleBundleError: says what differs, which file is damaged or is none of a bundle.
        FileNotFoundError: a file of the bundle is missing.
    """
    strange = sorted(path.name for path in folder.iterdir() if path.name not in BUNDLE_FILES)
    if strange:
        raise IncompatibleBundleError(f"{folder / strange[0]}: no file of a bundle")
    manifest = _manifest(folder / MANIFEST_FILE, digest)
    manifest.check()
    booster = _booster(folder / TREES_FILE, manifest)
    reference = _reference(folder / REFERENCE_FILE, manifest)
    at = {feature: place for place, feature in enumerate(manifest.features)}
    columns = np.array([at[feature] for feature in manifest.model_features], dtype=np.intp)
    trees = ProvenTrees(booster)
    return ModelBundle(name, version, manifest, booster, trees, reference, columns)


def _manifest(path: Path, digest: str | None) -> BundleManifest:
    content = path.read_bytes() if digest is None else _verified(path, digest)
    try:
        return msgspec.json.decode(content, type=BundleManifest)
    except msgspec.DecodeError as error:
        raise IncompatibleBundleError(f"{path}: {error}") from error


def _verified(path: Path, digest: str | None) -> bytes:
    """The content of a file that has this digest; it is read once, and not again to be used."""
    content = path.read_bytes()
    found = sha256(content)
    if found != digest:
        raise IncompatibleBundleError(f"{path}: SHA-256 is {found}, not {digest}")
    return content


def _booster(path: Path, manifest: BundleManifest) -> lgb.Booster:
    content = _verified(path, manifest.digests.get(TREES_FILE))
    if b"\nis_linear=1" in content:
        raise IncompatibleBundleError(f"{path}: linear trees, whose scores cannot be attributed")
    try:
        booster = lgb.Booster(model_str=content.decode())
    except (lgb.basic.LightGBMError, UnicodeDecodeError) as error:
        raise IncompatibleBundleError(f"{path}: {error}") from error
    if tuple(booster.feature_name()) != manifest.model_features:
        raise IncompatibleBundleError(f"{path}: the trees' features are not the manifest's")
    return booster


def _reference(path: Path, manifest: BundleManifest) -> FloatMatrix:
    content = _verified(path, manifest.digests.get(REFERENCE_FILE))
    try:
        reference = _read_array(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise IncompatibleBundleError(f"{path}: {error}") from error
    expected = len(manifest.features)
    if reference.ndim != 2 or reference.shape[1] != expected:  # noqa: PLR2004
        raise IncompatibleBundleError(f"{path}: shape {reference.shape}, not (rows, {expected})")
    if not len(reference):
        raise IncompatibleBundleError(f"{path}: no rows, so compiled trees would prove nothing")
    if reference.dtype != np.dtype("<f4"):
        raise IncompatibleBundleError(f"{path}: values of type {reference.dtype}, not float32")
    return reference
