"""A reference is made from the bundle of its model version alone."""

from pathlib import Path

import numpy as np

from contracts.application import COLUMNS
from contracts.features import DERIVED
from drift_monitor.reference import SCORE, reference_of
from tests.builders import HISTORY_FEATURES, a_bundle


def test_every_feature_and_the_raw_score_are_monitored(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path)
    reference = reference_of(bundle, ())
    names = [column.name for column in reference.columns]
    assert names == [*bundle.manifest.features, SCORE]
    assert reference.features == len(bundle.manifest.features)
    scores = np.sort(bundle.raw_scores(bundle.reference).astype(np.float32))
    assert reference.profiles[-1].values.tolist() == scores.tolist()


def test_derived_features_are_shown_and_not_tested(tmp_path: Path) -> None:
    reference = reference_of(a_bundle(tmp_path), {"HOUR_APPR_PROCESS_START"})
    tested = {column.name for column in reference.columns if column.tested}
    assert tested == {*COLUMNS, *HISTORY_FEATURES, SCORE} - {"HOUR_APPR_PROCESS_START"}
    assert not tested & DERIVED.keys()


def test_categories_are_named_by_the_manifest(tmp_path: Path) -> None:
    reference = reference_of(a_bundle(tmp_path), ())
    column = next(one for one in reference.columns if one.name == "NAME_CONTRACT_TYPE")
    assert column.levels is not None
    assert column.levels.names == ("Cash loans", "Revolving loans")
