"""Two registered versions on the applicants that both were judged on."""

import numpy as np

from runtime.settings import MlflowSettings
from training.comparison import Comparison, compare
from training.errors import BadInputError
from training.out_of_fold import OUT_OF_FOLD_FILE, HeldOutScores, read_out_of_fold
from training.versions import Versions


def compare_versions(settings: MlflowSettings, champion: str, challenger: str) -> Comparison:
    """Two versions on the applicants in common, each out of its own folds.

    Raises:
        BadInputError: too few such applicants, or other people under the same ids.
        MlflowException: no such version, it kept no scores, or the registry is away.
        IncompatibleBundleError: a version came from no run, or its scores were changed.
    """
    versions = Versions(settings)
    with versions.artifact(champion, OUT_OF_FOLD_FILE) as path:
        theirs = read_out_of_fold(path)
    with versions.artifact(challenger, OUT_OF_FOLD_FILE) as path:
        ours = read_out_of_fold(path)
    try:
        return compare_scores(theirs, ours)
    except BadInputError as error:
        raise BadInputError(f"versions {champion} and {challenger}: {error}") from error


def compare_scores(theirs: HeldOutScores, ours: HeldOutScores) -> Comparison:
    """The champion's scores against the challenger's, on the applicants in common.

    Raises:
        BadInputError: too few such applicants, or they are not the same people: ids of other data
            overlap, and a champion must not be judged by outcomes that it had no part in.
    """
    _, at_theirs, at_ours = np.intersect1d(theirs.ids, ours.ids, return_indices=True)
    target = ours.target[at_ours]
    others = int((theirs.target[at_theirs] != target).sum())
    if others:
        raise BadInputError(
            "the versions were trained on different applicants under the same ids: "
            f"{others:,} of {len(target):,} in common have another outcome"
        )
    if not 0 < target.sum() < len(target):
        raise BadInputError(
            f"they have {len(target)} applicants in common, "
            f"{int(target.sum())} of them with a default"
        )
    return compare(theirs.probability[at_theirs], ours.probability[at_ours], target)
