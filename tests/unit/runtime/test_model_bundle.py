from pathlib import Path

import msgspec
import numpy as np
import pytest

from contracts.bundle import IncompatibleBundleError
from runtime.model_bundle import read_bundle, write_bundle
from tests.builders import a_bundle, a_manifest, a_reference, tree_text


def test_a_rows_score_is_the_same_in_every_batch_to_the_last_bit(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path)
    rows = bundle.reference[:50]
    alone = np.concatenate([bundle.raw_scores(rows[at : at + 1]) for at in range(50)])
    assert alone.tobytes() == bundle.raw_scores(rows).tobytes()


def test_a_bundle_comes_back_as_it_was_written(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path)
    assert bundle.manifest == a_manifest()
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


def test_loading_never_unpickles(tmp_path: Path) -> None:
    a_bundle(tmp_path)
    np.save(tmp_path / "reference.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(IncompatibleBundleError, match=r"reference\.npy"):
        read_bundle(tmp_path, "creditstream", "1")


def test_trees_of_other_features_are_refused(tmp_path: Path) -> None:
    manifest = a_manifest()
    turned = msgspec.structs.replace(manifest, model_features=manifest.model_features[::-1])
    write_bundle(tmp_path, turned, tree_text(), a_reference())
    with pytest.raises(IncompatibleBundleError, match="features"):
        read_bundle(tmp_path, "creditstream", "1")
