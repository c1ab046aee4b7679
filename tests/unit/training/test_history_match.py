import msgspec
import pytest

from contracts.bundle import BundleManifest, IncompatibleBundleError
from tests.builders import a_manifest
from training.dataset import NO_HISTORIES
from training.histories.aggregation import HISTORY_FEATURES, HISTORY_VERSION
from training.history_match import check_histories

FITTING = msgspec.structs.replace(
    a_manifest(history_version=HISTORY_VERSION), history_features=HISTORY_FEATURES
)


@pytest.mark.parametrize("manifest", [FITTING, a_manifest(history_version=NO_HISTORIES)])
def test_a_model_of_these_histories_or_of_none_can_be_served(manifest: BundleManifest) -> None:
    check_histories(manifest, "7")


def test_histories_of_another_version_are_refused() -> None:
    other = msgspec.structs.replace(FITTING, history_version="0")

    with pytest.raises(IncompatibleBundleError, match="version 7 takes histories of version 0"):
        check_histories(other, "7")


@pytest.mark.parametrize("features", [HISTORY_FEATURES[::-1], HISTORY_FEATURES[:-1]])
def test_other_names_or_another_order_under_the_same_version_are_refused(
    features: tuple[str, ...],
) -> None:
    other = msgspec.structs.replace(FITTING, history_features=features)

    with pytest.raises(IncompatibleBundleError, match="not by name and order"):
        check_histories(other, "7")
