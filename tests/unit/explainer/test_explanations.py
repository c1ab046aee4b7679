import datetime as dt
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import InvalidEvent, Reason
from contracts.events import LoanScored
from contracts.examples import SCORE
from contracts.ids import explanation_id
from contracts.packing import pack, unpack
from contracts.records import RawRecord
from explainer.explanations import (
    STRONGEST,
    UNSEEN_LEVEL,
    AdditivityError,
    Explainer,
    ScoredRecord,
    shown_value,
    strongest,
)
from runtime.attributions import LightGBMEngine
from tests.builders import NOON, a_bundle, a_manifest

ROWS = 40


@pytest.fixture(scope="module")
def explainer(tmp_path_factory: pytest.TempPathFactory) -> Explainer:
    bundle = a_bundle(tmp_path_factory.mktemp("bundle"))
    return Explainer(bundle, LightGBMEngine(bundle.booster))


@pytest.fixture(scope="module")
def scored(explainer: Explainer) -> list[ScoredRecord]:
    rows = explainer.bundle.reference[:ROWS]
    raw = explainer.bundle.raw_scores(rows)
    return [
        ScoredRecord(
            msgspec.structs.replace(
                SCORE, score_id=f"score-{at}", raw_score=float(raw[at]), features=pack(rows[at])
            ),
            RawRecord("loan.scores", 3, at, b"1", b""),
        )
        for at in range(ROWS)
    ]


def _inputs(
    explainer: Explainer, scored: list[ScoredRecord]
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.stack([explainer.model_input(one.score) for one in scored])


def test_attributions_and_base_value_add_up_to_the_score(
    explainer: Explainer, scored: list[ScoredRecord]
) -> None:
    for event in explainer.explain(scored, _inputs(explainer, scored), NOON):
        added = unpack(event.attributions, len(explainer.bundle.manifest.model_features))
        assert event.base_value + added.sum() == pytest.approx(event.raw_score, abs=1e-5)


def test_an_explanation_names_the_score_record_it_explains(
    explainer: Explainer, scored: list[ScoredRecord]
) -> None:
    event = explainer.explain(scored, _inputs(explainer, scored), NOON)[7]
    assert (event.score_id, event.score_partition, event.score_offset) == ("score-7", 3, 7)
    assert event.explanation_id == explanation_id("score-7")
    assert (event.model_version, event.applied_at) == (SCORE.model_version, SCORE.applied_at)
    assert event.explained_at == NOON.astimezone(dt.UTC)


def test_the_strongest_are_the_largest_attributions_in_order(
    explainer: Explainer, scored: list[ScoredRecord]
) -> None:
    names = explainer.bundle.manifest.model_features
    for event in explainer.explain(scored, _inputs(explainer, scored), NOON):
        added = unpack(event.attributions, len(names))
        largest = np.sort(np.abs(added))[::-1][:STRONGEST]
        told = [abs(one.attribution) for one in event.strongest]
        assert told == pytest.approx(largest, abs=1e-6)
        for one in event.strongest:
            assert one.attribution == pytest.approx(added[names.index(one.feature)], abs=1e-6)


def test_a_score_that_its_attributions_do_not_add_up_to_is_named(
    explainer: Explainer, scored: list[ScoredRecord]
) -> None:
    wrong = msgspec.structs.replace(scored[2].score, raw_score=9.0)
    spoilt = [*scored[:2], ScoredRecord(wrong, scored[2].record)]
    with pytest.raises(AdditivityError, match=r"score-2 at loan\.scores\[3\]@2"):
        explainer.explain(spoilt, _inputs(explainer, spoilt), NOON)


def test_an_input_of_another_size_is_an_invalid_event(explainer: Explainer) -> None:
    score: LoanScored = msgspec.structs.replace(SCORE, features=pack(np.zeros(3)))
    with pytest.raises(InvalidEvent) as error:
        explainer.model_input(score)
    assert error.value.reason is Reason.WRONG_VERSION


@pytest.mark.parametrize(
    ("feature", "value", "shown"),
    [
        ("EXT_SOURCE_2", 0.55, 0.55),
        ("EXT_SOURCE_2", float("nan"), None),
        ("OCCUPATION_TYPE", 0.0, "Drivers"),
        ("OCCUPATION_TYPE", -1.0, UNSEEN_LEVEL),
        ("OCCUPATION_TYPE", float("nan"), None),
    ],
)
def test_values_are_shown_as_people_know_them(
    feature: str, value: float, shown: float | str | None
) -> None:
    assert shown_value(a_manifest(), feature, float(np.float32(value))) == shown


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_number_is_the_shortest_of_its_float32(value: float) -> None:
    shown = shown_value(a_manifest(), "EXT_SOURCE_2", value)
    assert np.float32(shown) == np.float32(value)
    assert len(repr(shown)) <= len(repr(float(str(np.float32(value)))))


@given(st.lists(st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.5, 1e-9, -3.0]), min_size=1, max_size=30))
def test_the_strongest_are_found_without_a_full_sort(values: list[float]) -> None:
    added = np.array([values])
    places = strongest(added)[0]
    assert len(set(places)) == min(len(values), STRONGEST)
    assert np.abs(added[0, places]).tolist() == sorted(map(abs, values), reverse=True)[:STRONGEST]


def test_the_engine_agrees_with_lightgbms_own_contributions(tmp_path: Path) -> None:
    bundle = a_bundle(tmp_path)
    rows = bundle.model_input(bundle.reference[:ROWS])
    engine = LightGBMEngine(bundle.booster)
    own = np.asarray(bundle.booster.predict(rows, pred_contrib=True))
    np.testing.assert_allclose(engine.attributions(rows), own[:, :-1], atol=1e-12)
    assert engine.base_value == pytest.approx(own[0, -1])
