import io
import pickle
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from contracts.bundle import (
    MANIFEST_FILE,
    REFERENCE_FILE,
    TREES_FILE,
    BundleManifest,
    IncompatibleBundleError,
)
from runtime.model_bundle import read_bundle, sha256, write_bundle
from tests.builders import a_bundle, a_manifest, a_reference, tree_text


def test_a_rows_score_is_the_same_in_every_batch_to_the_last_bit(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path)
    rows = bundle.reference[:50]
    alone = np.concatenate([bundle.raw_scores(rows[at : at + 1]) for at in range(50)])
    assert alone.tobytes() == bundle.raw_scores(rows).tobytes()


def test_compiled_trees_change_no_bit_of_a_bundles_scores(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path)
    before = bundle.raw_scores(bundle.reference)
    assert bundle.compile_trees()
    assert bundle.raw_scores(bundle.reference).tobytes() == before.tobytes()


def test_a_bundle_comes_back_as_it_was_written(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path)
    digests = {
        name: sha256((tmp_path / name).read_bytes()) for name in (TREES_FILE, REFERENCE_FILE)
    }
    assert bundle.manifest == msgspec.structs.replace(a_manifest(), digests=digests)
    np.testing.assert_array_equal(bundle.reference, a_reference())
    assert [bundle.manifest.features[at] for at in bundle.columns] == list(
        bundle.manifest.model_features
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"feature_version": "0"}, "feature version"),
        ({"format": 99}, "bundle format"),
        ({"categories": {}}, "set of categories"),
        ({"reasons": ()}, "features with a reason"),
        ({"model_features": ("NO_SUCH",)}, "unknown model features"),
    ],
)
def test_a_manifest_of_another_world_is_refused(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    manifest = msgspec.structs.replace(a_manifest(), **change)
    write_bundle(tmp_path, manifest, tree_text(), a_reference())
    with pytest.raises(IncompatibleBundleError, match=says):
        read_bundle(tmp_path, "creditstream", "1")


@pytest.mark.parametrize("file", ["manifest.json", "trees.txt", "reference.npy"])
def test_a_damaged_file_is_named(tmp_path: Path, file: str) -> None:
    a_bundle(tmp_path)
    (tmp_path / file).write_bytes(b"\x80\x04not what it was")
    with pytest.raises(IncompatibleBundleError, match=file):
        read_bundle(tmp_path, "creditstream", "1")


class RunsCode:
    """Touches a file when it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.witness,)


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Replace a file and set its digest in the manifest right, as an intruder would."""
    (folder / name).write_bytes(content)
    path = folder / MANIFEST_FILE
    manifest = msgspec.json.decode(path.read_bytes(), type=BundleManifest)
    digests = {**manifest.digests, name: sha256(content)}
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, digests=digests)))


def test_a_planted_pickle_does_what_it_is_planted_for_when_somebody_unpickles(
    tmp_path: Path,
) -> None:
    witness = tmp_path / "ran"
    pickle.loads(pickle.dumps(RunsCode(witness)))  # noqa: S301 - to show that the trap works
    assert witness.exists()


@pytest.mark.parametrize("name", [REFERENCE_FILE, TREES_FILE, MANIFEST_FILE])
@pytest.mark.parametrize("as_array", [False, True])
def test_a_pickle_in_place_of_a_file_is_refused_and_never_runs(
    tmp_path: Path, name: str, *, as_array: bool
) -> None:
    witness = tmp_path / "ran"
    content = io.BytesIO()
    if as_array:
        np.save(content, np.array([RunsCode(witness)], dtype=object), allow_pickle=True)
    else:
        pickle.dump(RunsCode(witness), content)
    a_bundle(tmp_path / "bundle")
    if name == MANIFEST_FILE:
        (tmp_path / "bundle" / name).write_bytes(content.getvalue())
    else:
        replace_file(tmp_path / "bundle", name, content.getvalue())

    with pytest.raises(IncompatibleBundleError, match=name):
        read_bundle(tmp_path / "bundle", "creditstream", "1")

    assert not witness.exists()


@pytest.mark.parametrize("name", ["model.pkl", "sitecustomize.py", "conftest.py"])
def test_a_file_that_is_none_of_a_bundle_is_refused_and_never_runs(
    tmp_path: Path, name: str
) -> None:
    witness = tmp_path / "ran"
    a_bundle(tmp_path / "bundle")
    (tmp_path / "bundle" / name).write_bytes(pickle.dumps(RunsCode(witness)))

    with pytest.raises(IncompatibleBundleError, match=name):
        read_bundle(tmp_path / "bundle", "creditstream", "1")

    assert not witness.exists()


@pytest.mark.parametrize("name", [REFERENCE_FILE, TREES_FILE])
def test_a_changed_file_is_refused_by_its_digest(tmp_path: Path, name: str) -> None:
    a_bundle(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content + b"\n")
    with pytest.raises(IncompatibleBundleError, match=f"{name}: SHA-256"):
        read_bundle(tmp_path, "creditstream", "1")


def test_a_manifest_that_the_registry_does_not_know_is_refused(tmp_path: Path) -> None:
    a_bundle(tmp_path)
    digest = sha256((tmp_path / MANIFEST_FILE).read_bytes())
    assert read_bundle(tmp_path, "creditstream", "1", digest).version == "1"
    replace_file(tmp_path, TREES_FILE, tree_text(seed=8).encode())
    with pytest.raises(IncompatibleBundleError, match=f"{MANIFEST_FILE}: SHA-256"):
        read_bundle(tmp_path, "creditstream", "1", digest)


def test_a_reference_of_another_type_is_refused(tmp_path: Path) -> None:
    a_bundle(tmp_path)
    content = io.BytesIO()
    np.save(content, a_reference().astype(np.float64))
    replace_file(tmp_path, REFERENCE_FILE, content.getvalue())
    with pytest.raises(IncompatibleBundleError, match="float64"):
        read_bundle(tmp_path, "creditstream", "1")


def test_a_reference_without_rows_is_refused_for_it_would_prove_nothing(tmp_path: Path) -> None:
    write_bundle(tmp_path, a_manifest(), tree_text(), a_reference()[:0])
    with pytest.raises(IncompatibleBundleError, match="no rows"):
        read_bundle(tmp_path, "creditstream", "1")


def test_trees_of_other_features_are_refused(tmp_path: Path) -> None:
    manifest = a_manifest()
    turned = msgspec.structs.replace(manifest, model_features=manifest.model_features[::-1])
    write_bundle(tmp_path, turned, tree_text(), a_reference())
    with pytest.raises(IncompatibleBundleError, match="features"):
        read_bundle(tmp_path, "creditstream", "1")


def test_linear_trees_are_refused_for_nobody_could_explain_them(tmp_path: Path) -> None:
    linear = tree_text().replace("is_linear=0", "is_linear=1")
    write_bundle(tmp_path, a_manifest(), linear, a_reference())
    with pytest.raises(IncompatibleBundleError, match=r"trees\.txt: linear trees"):
        read_bundle(tmp_path, "creditstream", "1")
