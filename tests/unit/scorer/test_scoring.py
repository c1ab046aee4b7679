import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.application import COLUMNS, LoanApplication
from contracts.codec import decode, encode
from contracts.events import Decision, HistoryStatus, LoanScored, Purpose
from contracts.headers import Envelope, new_traceparent
from contracts.ids import score_id
from contracts.packing import unpack
from contracts.records import RawRecord
from runtime.model_bundle import ModelBundle
from scorer.scoring import Applied, BatchScorer, History, unseen_levels
from tests.builders import (
    HISTORY_VERSION,
    NOON,
    a_bundle,
    a_manifest,
    an_application,
    some_applications,
)

HISTORY = History(NOON, HISTORY_VERSION, np.array([0.25, 40_000, 3], dtype=np.float32))
NO_HISTORY = History(NOON, HISTORY_VERSION, None)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


def applied(application: LoanApplication, offset: int = 17) -> Applied:
    record = RawRecord("loan.applications", 3, offset, key=None, value=b"")
    envelope = Envelope(f"event-{offset}", NOON, Purpose.DECISION, new_traceparent())
    return Applied(application, envelope, record)


def score(
    bundle: ModelBundle,
    applications: Sequence[LoanApplication],
    histories: Sequence[History | None] | None = None,
) -> list[LoanScored]:
    batch = [applied(one, offset) for offset, one in enumerate(applications)]
    held = [HISTORY] * len(batch) if histories is None else histories
    return list(BatchScorer(bundle).score(batch, held, NOON + dt.timedelta(seconds=1)).scores)


def features(bundle: ModelBundle, scored: LoanScored) -> dict[str, float]:
    names = bundle.manifest.features
    return dict(zip(names, unpack(scored.features, len(names)).tolist(), strict=True))


def test_a_score_says_where_it_comes_from(bundle: ModelBundle) -> None:
    one = applied(an_application(100_007))
    scored = BatchScorer(bundle).score([one], [HISTORY], NOON).scores[0]
    assert (scored.application_id, scored.source_partition, scored.source_offset) == (
        100_007,
        3,
        17,
    )
    assert scored.score_id == score_id("event-17")
    assert scored.application_event_id == "event-17"
    assert scored.applied_at == NOON
    assert (scored.model_name, scored.model_version) == ("creditstream", "1")
    assert scored.history_version == HISTORY_VERSION


def test_a_score_can_be_recomputed_from_its_event_alone(bundle: ModelBundle) -> None:
    for scored in score(bundle, some_applications(20)):
        again = decode(encode(scored), LoanScored)
        row = unpack(again.features, len(bundle.manifest.features))[None, :]
        assert bundle.raw_scores(row)[0] == again.raw_score
        probability = bundle.manifest.calibration.probability(again.raw_score)
        assert again.probability == probability
        assert again.decision == bundle.manifest.policy.decide(probability, again.history_status)
        assert again.points == bundle.manifest.points.points(probability)


def test_a_score_is_the_same_in_every_batch_to_the_last_bit(bundle: ModelBundle) -> None:
    applications = some_applications(64)
    together = [scored.raw_score for scored in score(bundle, applications)]
    alone = [score(bundle, [one])[0].raw_score for one in applications]
    assert together == alone


def test_an_empty_batch_gives_no_scores(bundle: ModelBundle) -> None:
    assert score(bundle, []) == []


def test_a_history_is_joined_in_the_bundles_order(bundle: ModelBundle) -> None:
    scored = score(bundle, [an_application()])[0]
    row = features(bundle, scored)
    assert (row["LATE_SHARE"], row["DEBT_SUM"], row["LOAN_COUNT"]) == (0.25, 40_000, 3)
    assert scored.history_status is HistoryStatus.PRESENT
    assert scored.history_as_of == NOON


def test_an_applicant_without_history_is_none_and_its_features_are_missing(
    bundle: ModelBundle,
) -> None:
    scored = score(bundle, [an_application()], [NO_HISTORY])[0]
    assert scored.history_status is HistoryStatus.NONE
    assert scored.history_as_of == NOON
    assert math.isnan(features(bundle, scored)["LATE_SHARE"])


def test_an_applicant_never_seen_is_unknown_and_referred(tmp_path: Path) -> None:
    generous = a_bundle(tmp_path, a_manifest(approve_below=1.0, decline_from=1.0))
    scored = score(generous, [an_application()], [None])[0]
    assert scored.history_status is HistoryStatus.UNKNOWN
    assert scored.history_as_of is None
    assert scored.decision is Decision.REFER
    assert score(generous, [an_application()], [NO_HISTORY])[0].decision is Decision.APPROVE


@pytest.mark.parametrize(
    "unusable",
    [
        History(NOON, "another-version", HISTORY.features),
        History(NOON, HISTORY_VERSION, np.zeros(2, dtype=np.float32)),
    ],
    ids=["of another version", "of another length"],
)
def test_a_history_that_the_model_does_not_know_counts_as_unknown(
    bundle: ModelBundle, unusable: History
) -> None:
    scored = score(bundle, [an_application()], [unusable])[0]
    assert scored.history_status is HistoryStatus.UNKNOWN
    assert math.isnan(features(bundle, scored)["LATE_SHARE"])


def test_that_an_applicant_has_no_history_is_known_whatever_the_version(
    bundle: ModelBundle,
) -> None:
    other = History(NOON, "another-version", None)
    assert score(bundle, [an_application()], [other])[0].history_status is HistoryStatus.NONE


def test_an_unseen_level_is_scored_as_minus_one_and_counted(bundle: ModelBundle) -> None:
    batch = [applied(an_application(OCCUPATION_TYPE="Astronaut")), applied(an_application())]
    scored = BatchScorer(bundle).score(batch, [HISTORY] * 2, NOON)
    assert scored.unseen == {"OCCUPATION_TYPE": 1}
    assert features(bundle, scored.scores[0])["OCCUPATION_TYPE"] == -1


def test_a_missing_level_is_not_unseen() -> None:
    matrix = np.full((2, len(COLUMNS)), np.nan, dtype=np.float32)
    assert unseen_levels(matrix) == {}


def test_a_simulation_stays_one(bundle: ModelBundle) -> None:
    record = RawRecord("loan.applications", 0, 0, key=None, value=b"")
    envelope = Envelope("event", NOON, Purpose.SIMULATION, new_traceparent())
    one = Applied(an_application(), envelope, record)
    assert BatchScorer(bundle).score([one], [None], NOON).scores[0].purpose is Purpose.SIMULATION


@given(
    income=st.none() | st.floats(0, 1e12),
    credit=st.none() | st.floats(0, 1e12),
    source=st.none() | st.floats(0, 1),
    job=st.none() | st.text(max_size=20),
)
def test_every_valid_application_gets_a_valid_score(
    bundle: ModelBundle,
    income: float | None,
    credit: float | None,
    source: float | None,
    job: str | None,
) -> None:
    application = an_application(
        AMT_INCOME_TOTAL=income, AMT_CREDIT=credit, EXT_SOURCE_2=source, OCCUPATION_TYPE=job
    )
    scored = score(bundle, [application])[0]
    assert decode(encode(scored), LoanScored) == scored
