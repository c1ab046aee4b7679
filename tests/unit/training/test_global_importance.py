from dataclasses import dataclass

import lightgbm as lgb
import msgspec
import numpy as np
import pytest

from contracts.events import Decision
from tests.builders import a_manifest
from tests.training_rows import NAMES, a_plan, some_rows
from training.attribution import Attributions, attribute
from training.cross_validation import cross_validate
from training.dependence_plots import strongest_partner
from training.global_importance import by_table, global_importance
from training.importance import Importance, Interaction
from training.importance_plots import importance_figures
from training.shap_plots import typical_rows
from training.train import choose_rounds, fit


@dataclass(frozen=True)
class Measured:
    booster: lgb.Booster
    found: Attributions
    importance: Importance


@pytest.fixture(scope="module")
def measured() -> Measured:
    rows, plan = some_rows(), a_plan()
    out_of_fold = cross_validate(rows, plan, lambda: None)
    booster = fit(rows, plan, choose_rounds(rows, plan, "all rows"))
    found = attribute(booster, rows.matrix[:300], rows.names)
    importance = global_importance(
        booster,
        found,
        rows,
        out_of_fold,
        reasons={"TOLD": ["SIGNAL", "LEVEL"], "UNTOLD": ["NOISE", "MORE_NOISE"]},
        tables=by_table(NAMES, {"bureau": ["NOISE", "NEVER"]}),
        seed=3,
    )
    return Measured(booster, found, importance)


def test_what_drives_the_model_comes_first_in_every_measure(measured: Measured) -> None:
    first, *others = measured.importance.features

    assert first.feature == "SIGNAL"
    assert first.direction is not None
    assert first.direction > 0.9
    assert first.permutation is not None
    assert first.permutation.low > 0
    assert first.gain == max(one.gain for one in measured.importance.features)
    assert [one.attribution for one in others] == sorted(
        (one.attribution for one in others), reverse=True
    )
    assert sum(one.gain for one in measured.importance.features) == pytest.approx(1)


def test_a_category_has_no_direction(measured: Measured) -> None:
    directions = {one.feature: one.direction for one in measured.importance.features}

    assert directions["LEVEL"] is None


def test_a_family_is_at_most_the_sum_of_its_features(measured: Measured) -> None:
    alone = {one.feature: one.attribution for one in measured.importance.features}
    told, untold = measured.importance.reasons

    assert (told.family, told.features, untold.features) == ("TOLD", 2, 2)
    assert told.attribution <= alone["SIGNAL"] + alone["LEVEL"]
    assert told.permutation is not None
    assert told.permutation.low > 0
    assert {one.family for one in measured.importance.tables} == {"application", "bureau"}


def test_every_pair_is_recorded_and_the_record_survives_its_file(measured: Measured) -> None:
    pairs = measured.importance.interactions
    assert len(pairs) == 6
    assert pairs[0].strength == max(one.strength for one in pairs)

    written = msgspec.json.encode(measured.importance)

    assert msgspec.json.decode(written, type=Importance) == measured.importance


def test_the_strongest_partner_is_found_among_those_wanted(measured: Measured) -> None:
    pairs = (
        Interaction(first="A", second="B", strength=3.0),
        Interaction(first="C", second="A", strength=2.0),
    )
    importance = msgspec.structs.replace(measured.importance, interactions=pairs)

    assert strongest_partner(importance, "A", ()) == "B"
    assert strongest_partner(importance, "A", {"B"}) == "C"
    assert strongest_partner(importance, "D", ()) is None


def test_each_decision_has_a_typical_row(measured: Measured) -> None:
    raw = measured.found.values.sum(axis=1) + measured.found.base
    manifest = a_manifest(approve_below=0.1, decline_from=0.3)
    probability = np.array([manifest.calibration.probability(float(one)) for one in raw])

    found = typical_rows(measured.found, manifest)

    assert set(found) == set(Decision)
    approved = probability[probability < 0.1]
    assert probability[found[Decision.APPROVE]] == pytest.approx(np.median(approved), abs=0.01)
    assert 0.1 <= probability[found[Decision.REFER]] < 0.3
    assert set(typical_rows(measured.found, a_manifest(approve_below=1.0, decline_from=1.0))) == {
        Decision.APPROVE
    }


def test_every_picture_can_be_drawn(measured: Measured) -> None:
    manifest = msgspec.structs.replace(
        a_manifest(approve_below=0.1, decline_from=0.3), categories={"LEVEL": ("a", "b", "c")}
    )

    figures = dict(importance_figures(measured.importance, measured.found, manifest))

    assert set(figures) >= {
        "importance_features",
        "importance_reasons",
        "importance_tables",
        "interactions",
        "dependence",
        "shap_beeswarm",
        "waterfall_approve",
    }
    panels = [axes.get_xlabel() for axes in figures["dependence"].axes if axes.get_visible()]
    assert {"SIGNAL", "NOISE"} <= set(panels)
    assert len(figures["importance_features"].axes[0].patches) == 4
