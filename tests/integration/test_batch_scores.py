"""`score` by the command, and its probabilities beside those of the stream's own bytes."""

import csv
import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from contracts.events import LoanScored
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS, HISTORIES
from producer.histories import open_histories
from producer.histories import read_histories as history_events
from producer.kaggle import read_applications
from producer.publishing import publish
from runtime.model_bundle import ModelBundle
from runtime.model_registry import ModelRegistry
from runtime.settings import MlflowSettings
from scorer.applications import receive_applications
from scorer.history_records import history_changes
from scorer.scoring import BatchScorer
from tests.fakes import FakeBroker
from training.__main__ import main

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
STREAM_BATCH = 333
REAL = ("--allow-missing-columns",)


@pytest.fixture
def scoring(trained: MlflowSettings, monkeypatch: pytest.MonkeyPatch) -> MlflowSettings:
    """The registry of the trained model, where the command finds it."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", trained.tracking_uri)
    return trained


@pytest.fixture(scope="session")
def histories(kaggle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The histories of every applicant of the small folder."""
    return a_file_of_histories(kaggle, tmp_path_factory.mktemp("histories") / "h.parquet")


def a_file_of_histories(folder: Path, out: Path, *options: str) -> Path:
    assert main(["histories", "--data", str(folder), "--out", str(out), *options]) == 0
    return out


def score(data: Path, out: Path | str, *options: str) -> int:
    return main(["score", "--data", str(data), "--out", str(out), *options])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def champion(settings: MlflowSettings) -> ModelBundle:
    registry = ModelRegistry(settings)
    return registry.load(registry.champion_version())


def streamed(
    bundle: ModelBundle, folder: Path, histories: Path, *, tolerant: bool = False
) -> dict[int, LoanScored]:
    """Published by the producer, decoded and scored by the scorer, from the bytes on the topics."""
    broker = FakeBroker()
    sender = broker.producer("test")
    applications = read_applications(folder, "test", allow_missing_columns=tolerant)
    publish(APPLICATIONS, applications, sender)
    publish(HISTORIES, history_events(open_histories(histories)), sender)
    changes, refused = history_changes(broker.records(HISTORIES), "test")
    known = {one.application_id: one.history for one in changes}
    scorer, scores = BatchScorer(bundle), list[LoanScored]()
    for records in batches(broker.records(APPLICATIONS)):
        applied, letters = receive_applications(records, "test")
        held = [known.get(one.application.SK_ID_CURR) for one in applied]
        scores += scorer.score(applied, held, NOON).scores
        refused += letters
    assert refused == []
    return {one.application_id: one for one in scores}


def batches(records: list[RawRecord]) -> Iterator[list[RawRecord]]:
    for start in range(0, len(records), STREAM_BATCH):
        yield records[start : start + STREAM_BATCH]


def assert_same(batch: Path, stream: dict[int, LoanScored]) -> None:
    """Every float as text reads back as the stream's float: equal means equal to the last bit."""
    rows = rows_of(batch)
    assert len(rows) == len(stream) > 0
    for row in rows:
        one = stream[int(row["SK_ID_CURR"])]
        assert float(row["RAW_SCORE"]) == one.raw_score
        assert float(row["PROBABILITY"]) == one.probability
        assert int(row["POINTS"]) == one.points
        assert (row["DECISION"], row["HISTORY"]) == (one.decision, one.history_status)


def test_a_table_scores_as_the_bytes_of_the_stream_to_the_last_bit(
    kaggle: Path, histories: Path, scoring: MlflowSettings, tmp_path: Path
) -> None:
    out = tmp_path / "scores.csv"

    assert score(kaggle, out, "--histories", str(histories)) == 0

    stream = streamed(champion(scoring), kaggle, histories)
    assert_same(out, stream)
    assert {one.history_status for one in stream.values()} == {"present", "none"}


def test_real_rows_score_as_the_bytes_of_the_stream_to_the_last_bit(
    sample_dir: Path, scoring: MlflowSettings, tmp_path: Path
) -> None:
    histories = a_file_of_histories(sample_dir, tmp_path / "h.parquet", *REAL)
    out = tmp_path / "scores.csv"

    assert score(sample_dir, out, "--histories", str(histories), *REAL) == 0

    assert_same(out, streamed(champion(scoring), sample_dir, histories, tolerant=True))


@pytest.mark.usefixtures("scoring")
def test_the_tables_themselves_serve_as_well_as_a_file_of_histories(
    kaggle: Path, histories: Path, tmp_path: Path
) -> None:
    from_file, from_tables = tmp_path / "file.csv", tmp_path / "tables.csv"

    assert score(kaggle, from_file, "--histories", str(histories)) == 0
    assert score(kaggle, from_tables) == 0

    assert from_tables.read_bytes() == from_file.read_bytes()


@pytest.mark.usefixtures("scoring")
def test_parquet_holds_what_csv_holds_and_reasons_on_request(
    kaggle: Path, histories: Path, tmp_path: Path
) -> None:
    told = ("--histories", str(histories), "--reasons")
    assert score(kaggle, tmp_path / "scores.csv", *told) == 0

    assert score(kaggle, tmp_path / "scores.parquet", *told) == 0

    rows = rows_of(tmp_path / "scores.csv")
    table = pq.read_table(tmp_path / "scores.parquet")
    assert list(rows[0]) == table.column_names
    assert [float(row["PROBABILITY"]) for row in rows] == table["PROBABILITY"].to_pylist()
    assert [row["REASON_1"] or None for row in rows] == table["REASON_1"].to_pylist()
    assert any(row["REASON_1"] for row in rows)


@pytest.mark.usefixtures("scoring")
def test_a_submission_has_a_probability_for_every_test_applicant(
    kaggle: Path, histories: Path, tmp_path: Path
) -> None:
    out = tmp_path / "submission.csv"

    assert score(kaggle, out, "--histories", str(histories), "--format", "kaggle") == 0

    rows = rows_of(out)
    expected = pd.read_csv(kaggle / "application_test.csv")["SK_ID_CURR"]
    assert list(rows[0]) == ["SK_ID_CURR", "TARGET"]
    assert [int(row["SK_ID_CURR"]) for row in rows] == sorted(expected)
    assert all(0 < float(row["TARGET"]) < 1 for row in rows)


@pytest.mark.usefixtures("scoring")
def test_to_the_terminal_go_the_scores_and_nothing_else(
    kaggle: Path, histories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    assert score(kaggle, "-", "--histories", str(histories)) == 0

    said = capsys.readouterr()
    header, *rows = csv.reader(said.out.splitlines())
    assert header[:2] == ["SK_ID_CURR", "PROBABILITY"]
    assert {len(row) for row in rows} == {len(header)}
    assert f"{len(rows):,} rows by creditstream version 1" in said.err


@pytest.mark.usefixtures("scoring")
def test_a_file_of_applications_may_have_any_name_and_outcomes_or_none(
    kaggle: Path, histories: Path, tmp_path: Path
) -> None:
    train = (kaggle / "application_train.csv").read_bytes()
    with_outcomes, without = tmp_path / "march.csv.gz", tmp_path / "april.parquet"
    with_outcomes.write_bytes(gzip.compress(train))
    frame = pd.read_csv(kaggle / "application_train.csv").drop(columns="TARGET")
    frame.to_parquet(without)
    told = ("--histories", str(histories))

    assert score(with_outcomes, tmp_path / "1.csv", *told) == 0
    assert score(without, tmp_path / "2.csv", *told) == 0
    assert score(kaggle, tmp_path / "3.csv", *told, "--table", "application_train") == 0

    first, second, third = ((tmp_path / f"{at}.csv").read_bytes() for at in (1, 2, 3))
    assert first == second == third


@pytest.mark.usefixtures("scoring")
def test_without_histories_every_applicant_is_unknown_and_that_is_said(
    kaggle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.csv"

    assert score(kaggle / "application_test.csv", out) == 0

    rows = rows_of(out)
    assert {row["HISTORY"] for row in rows} == {"unknown"}
    assert "approve" not in {row["DECISION"] for row in rows}
    assert "every applicant's history is unknown" in capsys.readouterr().out


@pytest.mark.usefixtures("scoring")
def test_a_file_that_holds_no_applications_is_refused_by_its_name(
    kaggle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(kaggle / "bureau.csv", tmp_path / "scores.csv") == 2

    assert "bureau.csv: line 1: missing column" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("scoring")
def test_a_model_that_is_not_there_is_said(
    kaggle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(kaggle, tmp_path / "scores.csv", "--model", "9") == 1

    assert "9" in capsys.readouterr().err
