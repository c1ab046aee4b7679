"""What a column of an alert does to the scores, against moves whose effect is known."""

import dataclasses

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from contracts.application import COLUMNS
from contracts.events import DriftReported, SlowDrift
from contracts.examples import DRIFT
from contracts.features import DERIVED
from contracts.packing import FloatMatrix
from drift_monitor.effects import drift_effects, with_column_restored, with_effects
from drift_monitor.reference import SCORE, Reference, monitored, reference_of
from tests import builders
from tests.drift import NAN, a_reference, normal_rows

NAMES = ("A", "B", SCORE)


def logits(features: FloatMatrix) -> npt.NDArray[np.float64]:
    """A model that takes the first column alone; a missing one is risk."""
    first = features[:, 0].astype(np.float64)
    return np.where(np.isnan(first), -1.0, first - 2.5)


def scored(features: FloatMatrix) -> FloatMatrix:
    return monitored(features, logits(features))


ROWS = normal_rows(4_000, 2, seed=1)
REFERENCE = a_reference(scored(ROWS), NAMES, rescored=logits)


def probability(features: FloatMatrix) -> npt.NDArray[np.float64]:
    return 1 / (1 + np.exp(-logits(features)))


def moved(by: float, missing: float = 0.0, rows: int = 1_000) -> FloatMatrix:
    """A window of the reference's own kind, whose first column moved and went missing."""
    window = normal_rows(rows, 2, seed=2)
    window[:, 0] += by
    window[: round(missing * rows), 0] = NAN
    return window


def test_the_effect_of_a_move_is_that_of_the_model() -> None:
    window = moved(by=1.0)
    effects = drift_effects(scored(window), REFERENCE, ["A"])
    known = probability(window).mean() - probability(ROWS).mean()
    assert effects.columns[0].mean_probability == pytest.approx(known, abs=0.003)
    approved = (probability(window) < 0.1).mean() - (probability(ROWS) < 0.1).mean()
    assert effects.columns[0].approval_rate == pytest.approx(approved, abs=0.01)


def test_the_whole_is_the_window_beside_the_reference() -> None:
    window = moved(by=1.0)
    effects = drift_effects(scored(window), REFERENCE, [])
    assert effects.reference_probability == pytest.approx(probability(ROWS).mean(), abs=1e-6)
    assert effects.mean_probability == pytest.approx(probability(window).mean(), abs=1e-6)
    assert effects.reference_approval_rate == pytest.approx((probability(ROWS) < 0.1).mean())
    assert effects.approval_rate == pytest.approx((probability(window) < 0.1).mean())


def test_the_effect_of_missing_values_is_that_of_the_model() -> None:
    window = moved(by=0.0, missing=0.4)
    effects = drift_effects(scored(window), REFERENCE, ["A"])
    known = probability(window).mean() - probability(ROWS).mean()
    assert known > 0.05
    assert effects.columns[0].mean_probability == pytest.approx(known, abs=0.005)


def test_a_column_that_the_model_does_not_take_does_nothing() -> None:
    window = moved(by=0.0)
    window[:, 1] += 5
    (effect,) = drift_effects(scored(window), REFERENCE, ["B"]).columns
    assert (effect.mean_probability, effect.approval_rate) == (0, 0)


def test_it_is_told_in_words_and_in_the_order_of_the_alert() -> None:
    effects = drift_effects(scored(moved(by=1.0)), REFERENCE, [SCORE, "B", "A"])
    assert [one.column for one in effects.columns] == ["B", "A"]
    before, now = effects.reference_probability, effects.mean_probability
    first, _, second = effects.words.partition("; ")
    assert first.startswith(
        f"mean probability {100 * before:.1f} % → {100 * now:.1f} %, of which A +"
    )
    assert second.startswith("approvals ")
    assert " of which A -" in second
    assert "B " not in effects.words


@pytest.mark.parametrize(
    ("alerted", "drifting", "told"),
    [((), (), None), (("A",), (), ["A"]), (("A",), ("B", "A"), ["A", "B"]), ((), ("B",), ["B"])],
)
def test_a_report_has_effects_where_there_is_an_alert_of_either_kind(
    alerted: tuple[str, ...], drifting: tuple[str, ...], told: list[str] | None
) -> None:
    slow = [msgspec.structs.replace(DRIFT.drifting[0], column=name) for name in drifting]
    report = a_report(alerted, slow)
    effects = with_effects(report, scored(moved(by=0.5)), REFERENCE).effects
    assert (None if effects is None else [one.column for one in effects.columns]) == told
    assert with_effects(report, scored(moved(by=0.5)), REFERENCE).effects == effects


def a_report(alerted: tuple[str, ...], drifting: list[SlowDrift]) -> DriftReported:
    return msgspec.structs.replace(
        DRIFT, alerted=alerted, drifting=tuple(drifting), effects=None, alert=bool(alerted)
    )


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return reference_of(builders.a_bundle(tmp_path_factory.mktemp("bundle")), ())


def at(name: str) -> int:
    return builders.a_manifest().features.index(name)


def test_what_is_derived_from_the_column_follows_it(applications: Reference) -> None:
    window = builders.a_reference(300, seed=11)
    window[:, at("EXT_SOURCE_2")] = NAN
    changed = with_column_restored(window, applications, "EXT_SOURCE_2")
    sources = changed[:, [at(f"EXT_SOURCE_{one}") for one in (1, 2, 3)]]
    assert not np.isnan(sources[:, 1]).any()
    assert changed[:, at("EXT_SOURCE_MEAN")] == pytest.approx(np.nanmean(sources, axis=1), rel=1e-6)
    follows = {name for name in DERIVED if name.startswith("EXT_SOURCE")}
    same = [at(name) for name in (*COLUMNS, *DERIVED) if name not in {*follows, "EXT_SOURCE_2"}]
    assert np.array_equal(changed[:, same], window[:, same], equal_nan=True)


def test_a_column_that_did_not_move_changes_no_bit_of_what_is_derived(
    applications: Reference,
) -> None:
    window = applications.rows
    for name in ("AMT_CREDIT", "DAYS_EMPLOYED", "DAYS_BIRTH", "LATE_SHARE", "OCCUPATION_TYPE"):
        changed = with_column_restored(window, applications, name)
        assert np.array_equal(changed, window, equal_nan=True)


def test_who_is_not_employed_goes_with_the_days_of_employment(applications: Reference) -> None:
    window = builders.a_reference(300, seed=11)
    window[:, at("DAYS_EMPLOYED")] = NAN
    window[:, at("NOT_EMPLOYED")] = 1
    changed = with_column_restored(window, applications, "DAYS_EMPLOYED")
    employed = ~np.isnan(changed[:, at("DAYS_EMPLOYED")])
    assert employed.all()
    assert (changed[:, at("NOT_EMPLOYED")] == 0).all()


def test_the_effect_of_a_lost_source_is_found_by_the_models_own_trees(
    applications: Reference,
) -> None:
    """Against the same window with the source as it was: what the loss really did."""
    intact = builders.a_reference(600, seed=11)
    lost = with_source_lost(intact, applications)
    was, now = (
        np.mean([applications.calibration.probability(one) for one in applications.rescored(rows)])
        for rows in (intact, lost)
    )
    window = monitored(lost, applications.rescored(lost))
    (effect,) = drift_effects(window, applications, ["EXT_SOURCE_2"]).columns
    assert now - was > 0.03
    assert effect.mean_probability == pytest.approx(float(now - was), rel=0.25)


def with_source_lost(intact: FloatMatrix, applications: Reference) -> FloatMatrix:
    """The rows as of applicants of whom the second external score is not known."""
    rows = applications.rows.copy()
    rows[:, at("EXT_SOURCE_2")] = NAN
    nowhere = dataclasses.replace(applications, rows=rows)
    return with_column_restored(intact, nowhere, "EXT_SOURCE_2")
