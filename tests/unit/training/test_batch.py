import csv
import io
from pathlib import Path

import numpy as np
import pytest

from contracts.events import HistoryStatus, Purpose
from contracts.features import application_columns
from contracts.headers import Envelope, new_traceparent
from contracts.records import RawRecord
from runtime.attributions import LightGBMEngine
from runtime.model_bundle import ModelBundle
from scorer.scoring import Applied, BatchScorer, History
from tests.builders import HISTORY_VERSION, NOON, a_bundle, some_applications
from training.batch import BatchScores, history_statuses, score_table
from training.histories.aggregation import Histories
from training.score_file import write_scores

ROWS = 5_000
APPLICATIONS = some_applications(ROWS)
IDS = np.array([one.SK_ID_CURR for one in APPLICATIONS])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


def some_histories() -> Histories:
    """Of every second applicant, every tenth of whom is known to have none."""
    ids = IDS[::2]
    features = np.random.default_rng(5).random((len(ids), 3)).astype(np.float32)
    known = np.arange(len(ids)) % 5 > 0
    features[~known] = np.nan
    return Histories(ids=ids, known=known, features=features, strangers=0)


def in_batch(bundle: ModelBundle, *, reasons: bool = False, rows: int = ROWS) -> BatchScores:
    columns = application_columns(APPLICATIONS[:rows])
    engine = LightGBMEngine(bundle.booster) if reasons else None
    return score_table(bundle, IDS[:rows], columns, some_histories(), reasons=engine)


def test_a_table_and_the_stream_give_the_same_scores_to_the_last_bit(bundle: ModelBundle) -> None:
    found, histories = in_batch(bundle), some_histories()
    seen: dict[int, History] = {
        int(one): History(NOON, HISTORY_VERSION, row if known else None)
        for one, row, known in zip(histories.ids, histories.features, histories.known, strict=True)
    }
    envelope = Envelope("an event", NOON, Purpose.DECISION, new_traceparent())
    record = RawRecord("loan.applications", 0, 0, key=None, value=b"")
    applied = [Applied(one, envelope, record) for one in APPLICATIONS]

    streamed = BatchScorer(bundle).score(applied, [seen.get(int(one)) for one in IDS], NOON)

    assert [one.raw_score for one in streamed.scores] == list(found.raw_scores)
    assert [one.probability for one in streamed.scores] == list(found.probabilities)
    assert [one.points for one in streamed.scores] == list(found.points)
    assert [one.decision for one in streamed.scores] == list(found.decisions)
    assert [one.history_status for one in streamed.scores] == list(found.statuses)


def test_who_is_in_no_file_of_histories_is_unknown() -> None:
    found = history_statuses(IDS[:4], some_histories())

    assert found == [
        HistoryStatus.NONE,
        HistoryStatus.UNKNOWN,
        HistoryStatus.PRESENT,
        HistoryStatus.UNKNOWN,
    ]
    assert set(history_statuses(IDS, None)) == {HistoryStatus.UNKNOWN}


def test_probabilities_in_csv_read_back_as_the_very_same_floats(
    bundle: ModelBundle, tmp_path: Path
) -> None:
    scores = in_batch(bundle, reasons=True, rows=300)

    write_scores(tmp_path / "scores.csv", scores, "scores")

    rows = list(csv.DictReader(io.StringIO((tmp_path / "scores.csv").read_text())))
    assert [float(row["PROBABILITY"]) for row in rows] == list(scores.probabilities)
    assert [float(row["RAW_SCORE"]) for row in rows] == list(scores.raw_scores)
    assert [row["DECISION"] for row in rows] == [str(one) for one in scores.decisions]
    assert {row["REASON_1"] for row in rows} <= {"", *(g.code for g in bundle.manifest.reasons)}
    assert [path.name for path in tmp_path.iterdir()] == ["scores.csv"]


def test_a_submission_has_the_two_columns_that_kaggle_wants(
    bundle: ModelBundle, tmp_path: Path
) -> None:
    write_scores(tmp_path / "submission.csv", in_batch(bundle, rows=3), "kaggle")

    lines = (tmp_path / "submission.csv").read_text().splitlines()
    assert lines[0] == "SK_ID_CURR,TARGET"
    assert [line.split(",")[0] for line in lines[1:]] == ["100001", "100002", "100003"]
