"""Scores become rows, or dead letters where no reference fits them."""

import datetime as dt

import msgspec
import numpy as np
import pytest

from contracts.errors import InvalidEvent, Reason
from contracts.events import LoanScored, Purpose
from contracts.headers import envelope
from contracts.packing import pack
from drift_monitor.long_windows import event_time
from drift_monitor.reading import Read, read_scores
from drift_monitor.reference import Reference, reference_of
from drift_monitor.seen import Source
from runtime.intake import Received
from runtime.model_bundle import ModelBundle
from tests.builders import NOON, a_bundle, a_reference
from tests.drift import record_of, scores_of

DAY = dt.timedelta(days=1)


class OneReference:
    """Knows version 1 of creditstream alone."""

    def __init__(self, bundle: ModelBundle) -> None:
        self._reference = reference_of(bundle, ())

    def __call__(self, version: str) -> Reference:
        return self.of("creditstream", version)

    def of(self, model_name: str, version: str) -> Reference:
        if (model_name, version) != ("creditstream", "1"):
            raise InvalidEvent(Reason.WRONG_VERSION, f"no version {version} of {model_name}")
        return self._reference


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


def read(bundle: ModelBundle, *scores: LoanScored, now: dt.datetime = NOON + DAY) -> Read:
    records = [record_of(score, offset) for offset, score in enumerate(scores)]
    received = [
        Received(record, envelope(record, "loan.scored.v1"), score)
        for record, score in zip(records, scores, strict=True)
    ]
    return read_scores(received, OneReference(bundle), "drift_monitor", now=now)


def test_a_row_is_the_features_then_the_raw_score(bundle: ModelBundle) -> None:
    features = a_reference(1)
    (score,) = scores_of(bundle, features, first=5)
    (arrived,) = read(bundle, score).arrived
    np.testing.assert_array_equal(arrived.score.row[:-1], features[0])
    assert arrived.score.row[-1] == np.float32(score.raw_score)
    assert (arrived.source, arrived.version) == (Source(0, 0, 5), "1")
    assert (arrived.score.score_id, arrived.score.scored_at) == (score.score_id, score.scored_at)


def test_simulations_are_left_out_even_if_they_are_wrong(bundle: ModelBundle) -> None:
    (score,) = scores_of(bundle, a_reference(1), purpose=Purpose.SIMULATION)
    found = read(bundle, msgspec.structs.replace(score, features="?"))
    assert (found.arrived, found.letters, found.simulations) == ([], [], 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model_version": "2"}, Reason.WRONG_VERSION),
        ({"model_name": "other"}, Reason.WRONG_VERSION),
        ({"features": pack(np.zeros(3))}, Reason.WRONG_VERSION),
        ({"features": "no base64"}, Reason.WRONG_TYPE),
    ],
)
def test_a_score_that_no_reference_fits_is_a_dead_letter_and_holds_nobody_up(
    bundle: ModelBundle, changes: dict[str, str], reason: Reason
) -> None:
    wrong, right = scores_of(bundle, a_reference(2))
    found = read(bundle, msgspec.structs.replace(wrong, **changes), right)
    assert [one.score.score_id for one in found.arrived] == [right.score_id]
    (letter,) = found.letters
    assert (letter.reason, letter.event_id) == (reason, wrong.score_id)


def test_a_score_from_a_clock_that_is_ahead_is_taken_as_of_now(bundle: ModelBundle) -> None:
    """Else it would close every day until then, and what follows would be late for years."""
    right, wrong = scores_of(bundle, a_reference(2))
    wrong = msgspec.structs.replace(
        wrong, applied_at=NOON + 9000 * DAY, scored_at=NOON + 9000 * DAY
    )
    found = read(bundle, right, wrong, now=NOON + DAY)
    assert [one.score.scored_at for one in found.arrived] == [right.scored_at, NOON + DAY]
    assert [one.score.scored_at for one in found.predicted] == [right.scored_at, NOON + DAY]
    assert event_time(found.arrived[1].score) == NOON + DAY
    assert found.ahead == 1


def test_clocks_that_differ_by_less_than_an_hour_are_believed(bundle: ModelBundle) -> None:
    (score,) = scores_of(bundle, a_reference(1))
    found = read(bundle, score, now=score.scored_at - dt.timedelta(minutes=59))
    assert (found.arrived[0].score.scored_at, found.ahead) == (score.scored_at, 0)
