"""Whether the histories that a model takes are those that this code makes. Pure."""

from contracts.bundle import BundleManifest, IncompatibleBundleError
from training.dataset import NO_HISTORIES
from training.histories.aggregation import HISTORY_FEATURES, HISTORY_VERSION


def check_histories(manifest: BundleManifest, version: str) -> None:
    """Refuse a model whose histories nobody makes; histories are packed without their names.

    Args:
        manifest: of the model.
        version: of the model, for the words.

    Raises:
        IncompatibleBundleError: says what differs.
    """
    found = manifest.history_version
    if found == NO_HISTORIES:
        return
    if found != HISTORY_VERSION:
        raise IncompatibleBundleError(
            f"version {version} takes histories of version {found}; this code makes "
            f"{HISTORY_VERSION}, so every applicant's history would be unknown to it"
        )
    if manifest.history_features != HISTORY_FEATURES:
        raise IncompatibleBundleError(
            f"version {version} takes {len(manifest.history_features)} history features that are "
            f"not by name and order the {len(HISTORY_FEATURES)} that this code makes under {found}"
        )
