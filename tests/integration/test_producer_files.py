"""What the producer's commands make of files, good and bad; the broker is in memory."""

import datetime as dt
import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.application import COLUMNS
from contracts.codec import decode, decode_application
from contracts.events import HistoryAggregated, OutcomeObserved
from contracts.packing import unpack
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS, HISTORIES, OUTCOMES, Topic
from producer import commands
from producer.__main__ import _COMMANDS, main
from producer.arguments import parse
from producer.errors import BadInputError
from producer.generator import generate
from producer.kaggle import read_applications
from runtime.producer import DeliveryFailedError, RecordTooLargeError
from tests.fakes import FakeBroker

Publish = Callable[..., list[RawRecord]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kaggle")
    arguments = ["--out", str(folder), "--applicants", "60", "--seed", "4", "--test-share", "0.5"]
    assert main(["synthesize", *arguments]) == 0
    return folder


@pytest.fixture
def publish() -> Publish:
    """Run a command against a broker in memory; gives the records of the topic by key."""

    def run(topic: Topic, command: str, *arguments: object) -> list[RawRecord]:
        broker = FakeBroker()
        options = parse([command, *map(str, arguments)])
        getattr(commands, f"run_{command}")(options, lambda _, service: broker.producer(service))
        return sorted(broker.records(topic), key=lambda record: int(record.key or b"0"))

    return run


def _ids(records: list[RawRecord]) -> list[int]:
    return [int(record.key or b"0") for record in records]


def test_csv_gives_the_very_applications_that_generate_makes(data: Path) -> None:
    read = [*read_applications(data, "train"), *read_applications(data, "test")]
    assert sorted(read, key=lambda a: a.SK_ID_CURR) == list(generate(60, seed=4))


def test_replay_publishes_a_split_whole_and_in_order(data: Path, publish: Publish) -> None:
    records = publish(APPLICATIONS, "applications", "--data", data, "--split", "train")
    expected = pd.read_csv(data / "application_train.csv").SK_ID_CURR
    assert _ids(records) == expected.tolist()


def test_gzipped_tables_are_read_as_well(data: Path, tmp_path: Path, publish: Publish) -> None:
    plain = (data / "application_test.csv").read_bytes()
    (tmp_path / "application_test.csv.gz").write_bytes(gzip.compress(plain))
    zipped = publish(APPLICATIONS, "applications", "--data", tmp_path)
    assert _ids(zipped) == _ids(publish(APPLICATIONS, "applications", "--data", data))


def test_skip_and_limit_cut_a_piece_out(data: Path, publish: Publish) -> None:
    whole = _ids(publish(APPLICATIONS, "applications", "--data", data))
    piece = publish(APPLICATIONS, "applications", "--data", data, "--skip", 5, "--limit", 7)
    assert _ids(piece) == whole[5:12]


def test_only_listed_ids_are_published(data: Path, tmp_path: Path, publish: Publish) -> None:
    whole = _ids(publish(APPLICATIONS, "applications", "--data", data))
    listed = tmp_path / "ids.txt"
    listed.write_text("\n".join(map(str, reversed(whole[3:9]))) + "\n\n")
    found = publish(APPLICATIONS, "applications", "--data", data, "--ids", listed)
    assert _ids(found) == whole[3:9]


def test_drift_is_applied_to_what_is_replayed(data: Path, publish: Publish) -> None:
    clean = publish(APPLICATIONS, "applications", "--data", data)
    drifted = publish(APPLICATIONS, "applications", "--data", data, "--drift", "income-inflation")
    for before, after in zip(clean, drifted, strict=True):
        was = decode_application(before.value).application.AMT_INCOME_TOTAL
        assert was is not None
        found = decode_application(after.value).application.AMT_INCOME_TOTAL
        assert found == pytest.approx(was * 1.35)


def test_generated_applications_are_published(publish: Publish) -> None:
    records = publish(APPLICATIONS, "applications", "--generate", 25, "--seed", 9)
    assert [decode_application(record.value).application for record in records] == list(
        generate(25, seed=9)
    )


@pytest.mark.parametrize(("split", "rows"), [("train", 6_999), ("test", 2_000)])
def test_every_real_application_passes(
    sample_dir: Path, split: Literal["train", "test"], rows: int
) -> None:
    assert len(list(read_applications(sample_dir, split))) == rows


def _damaged(data: Path, folder: Path, change: Callable[[list[str]], list[str]]) -> Path:
    lines = (data / "application_test.csv").read_text().splitlines()
    (folder / "application_test.csv").write_text("\n".join(change(lines)) + "\n")
    return folder


def _with_cell(column: str, cell: str) -> Callable[[list[str]], list[str]]:
    place = ("SK_ID_CURR", *COLUMNS).index(column)

    def change(lines: list[str]) -> list[str]:
        cells = lines[3].split(",")
        cells[place] = cell
        return [*lines[:3], ",".join(cells), *lines[4:]]

    return change


def _no_word_with_comma(lines: list[str]) -> list[str]:
    """Cells can then be told apart by commas alone."""
    return [
        line.replace('"Spouse, partner"', "Family").replace('"Stone, brick"', "Panel")
        for line in lines
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [*lines[:4], lines[4][:200]], "line 5: "),
        (lambda lines: [*lines[:4], lines[4] + ",1"], "line 5: 122 cells"),
        (lambda lines: [*lines[:4], '"cut off'], "after line 4: unexpected end"),
        (
            lambda lines: [lines[0].replace("AMT_CREDIT,", "AMT_CREDITS,"), *lines[1:]],
            "line 1: missing column AMT_CREDIT",
        ),
        (
            lambda lines: [lines[0].replace("AMT_CREDIT,", "AMT_ANNUITY,"), *lines[1:]],
            "line 1: column AMT_ANNUITY stands there twice",
        ),
        (_with_cell("AMT_CREDIT", "much"), "line 4: AMT_CREDIT 'much' is not a number"),
        (_with_cell("AMT_CREDIT", "1_000"), "line 4: AMT_CREDIT '1_000' is not a number"),
        (_with_cell("AMT_INCOME_TOTAL", "-5"), "line 4: Expected `float` >= 0"),
        (_with_cell("AMT_CREDIT", "inf"), "line 4: Expected `float` <= "),
        (_with_cell("DAYS_EMPLOYED", "12"), "line 4: Expected `DAYS_EMPLOYED`"),
        (_with_cell("SK_ID_CURR", "x12"), "line 4: SK_ID_CURR 'x12' is not an id"),
        (_with_cell("SK_ID_CURR", ""), "line 4: SK_ID_CURR '' is not an id"),
        (_with_cell("OCCUPATION_TYPE", "x" * 101), "line 4: Expected `str` of length <= 100"),
    ],
)
def test_bad_csv_is_named_with_its_line(
    data: Path, tmp_path: Path, change: Callable[[list[str]], list[str]], message: str
) -> None:
    folder = _damaged(data, tmp_path, lambda lines: change(_no_word_with_comma(lines)))
    named = re.escape(f"{tmp_path / 'application_test.csv'}: {message}")
    with pytest.raises(BadInputError, match=named):
        list(read_applications(folder, "test"))


def test_missing_column_may_be_allowed(data: Path, tmp_path: Path, publish: Publish) -> None:
    frame = pd.read_csv(data / "application_test.csv")
    frame.drop(columns="EXT_SOURCE_2").to_csv(tmp_path / "application_test.csv", index=False)
    records = publish(APPLICATIONS, "applications", "--data", tmp_path, "--allow-missing-columns")
    assert len(records) == len(frame)
    assert all(decode_application(r.value).application.EXT_SOURCE_2 is None for r in records)


def test_missing_id_column_is_never_allowed(data: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(data / "application_test.csv").drop(columns="SK_ID_CURR")
    frame.to_csv(tmp_path / "application_test.csv", index=False)
    with pytest.raises(BadInputError, match="line 1: missing column SK_ID_CURR"):
        list(read_applications(tmp_path, "test", allow_missing_columns=True))


def test_cut_off_gzip_is_named(data: Path, tmp_path: Path) -> None:
    whole = gzip.compress((data / "application_test.csv").read_bytes())
    path = tmp_path / "application_test.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInputError, match=r"csv\.gz: after line \d+: the gzip stream is cut off"):
        list(read_applications(tmp_path, "test"))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "the file is empty"), (b"\xff\xfe\x00", "utf-8"), (b"not gzip", "gzip")],
)
def test_file_of_another_kind_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    name = "application_test.csv.gz" if message == "gzip" else "application_test.csv"
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInputError, match=rf"{name}: .*{message}"):
        list(read_applications(tmp_path, "test"))


def test_missing_folder_and_missing_table_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="nowhere: no such folder"):
        list(read_applications(tmp_path / "nowhere", "test"))
    with pytest.raises(
        BadInputError, match=r"no application_test\.csv or application_test\.csv\.gz"
    ):
        list(read_applications(tmp_path, "test"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["applications", "--data", "nowhere"], "nowhere: no such folder"),
        (["histories", "--from", "nowhere.parquet"], "nowhere.parquet: "),
        (["outcomes", "--truth", "nowhere.csv"], "nowhere.csv: No such file"),
        (["applications", "--generate", "5", "--ids", "nowhere.txt"], "nowhere.txt: "),
    ],
)
def test_command_names_what_it_cannot_use_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    assert f"producer {arguments[0]}: {message}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DeliveryFailedError("3 records failed"), 1),
        (RecordTooLargeError("loan.histories: the record of key b'7'"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_failure_to_publish_has_its_own_code(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
) -> None:
    def fail(_: object) -> str:
        raise error

    monkeypatch.setitem(_COMMANDS, "applications", fail)
    assert main(["applications", "--generate", "1"]) == code
    assert str(error) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["applications"], "--data --generate"),
        (["applications", "--data", "d", "--generate", "5"], "--generate"),
        (["applications", "--generate", "0"], "--generate: 0 is less than 1"),
        (["applications", "--generate", "5", "--rate", "-1"], "--rate: -1 is not between"),
        (["applications", "--generate", "5", "--rate", "fast"], "--rate: 'fast' is not a number"),
        (["applications", "--generate", "5", "--drift", "up"], "--drift"),
        (["applications", "--data", "d", "--split", "all"], "--split"),
        (["outcomes", "--truth", "t", "--delay", "-3"], "--delay: -3 is not between"),
        (["histories"], "--from"),
        (["nothing"], "COMMAND"),
    ],
)
def test_bad_option_is_named(
    capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert named in capsys.readouterr().err


def test_id_that_the_data_lacks_and_line_that_is_no_id_are_named(
    data: Path, tmp_path: Path, publish: Publish
) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("100001\nabc\n")
    with pytest.raises(BadInputError, match=r"ids\.txt: line 2: SK_ID_CURR 'abc'"):
        publish(APPLICATIONS, "applications", "--data", data, "--ids", ids)
    ids.write_text("77\n")
    with pytest.raises(BadInputError, match=r"ids\.txt: 1 ids are not in the data: 77"):
        publish(APPLICATIONS, "applications", "--data", data, "--ids", ids)


_AS_OF = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def _history_table(**changes: pa.Array) -> pa.Table:
    columns = {
        "SK_ID_CURR": pa.array([100_001, 100_002, 100_003], pa.int64()),
        "AS_OF": pa.array([_AS_OF] * 3, pa.timestamp("us", tz="UTC")),
        "HAS_HISTORY": pa.array([True, False, True]),
        "LATE_SHARE": pa.array([0.25, None, 0.5], pa.float32()),
        "DEBT_SUM": pa.array([1000.0, None, float("nan")], pa.float32()),
    }
    metadata = {"creditstream.history_version": "1"}
    return pa.table(columns | changes).replace_schema_metadata(metadata)


def _history_file(folder: Path, table: pa.Table) -> Path:
    path = folder / "histories.parquet"
    pq.write_table(table, path)
    return path


def test_histories_are_published_packed_with_version_and_date(
    tmp_path: Path, publish: Publish
) -> None:
    file = _history_file(tmp_path, _history_table())
    records = publish(HISTORIES, "histories", "--from", file)
    first, second, third = (decode(record.value, HistoryAggregated) for record in records)
    assert (first.application_id, first.history_version, first.as_of) == (100_001, "1", _AS_OF)
    assert first.features is not None
    assert unpack(first.features, 2).tolist() == [0.25, 1000.0]
    assert second.features is None
    assert third.features is not None
    np.testing.assert_array_equal(unpack(third.features, 2), np.array([0.5, np.nan], np.float32))


def test_limit_cuts_histories(tmp_path: Path, publish: Publish) -> None:
    file = _history_file(tmp_path, _history_table())
    assert _ids(publish(HISTORIES, "histories", "--from", file, "--limit", 2)) == [100_001, 100_002]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (_history_table().replace_schema_metadata(None), "no creditstream.history_version"),
        (_history_table().select([0, 2, 3, 4]), "no creditstream|column 2 is"),
        (_history_table().select([0]), "column 2 is None, not AS_OF"),
        (_history_table(LATE_SHARE=pa.array([1.0, 2.0, 3.0])), "LATE_SHARE is double, not float"),
        (_history_table(SK_ID_CURR=pa.array(["1", "2", "3"])), "column 1 is .*string.*, not"),
        (_history_table(SK_ID_CURR=pa.array([1, None, 3], pa.int64())), "SK_ID_CURR is null"),
        (
            _history_table(DEBT_SUM=pa.array([1.0, 2.0, float("inf")], pa.float32())),
            "row 3: DEBT_SUM is infinite",
        ),
    ],
)
def test_unfit_history_file_is_named(
    tmp_path: Path, publish: Publish, table: pa.Table, message: str
) -> None:
    file = _history_file(tmp_path, table)
    with pytest.raises(BadInputError, match=rf"histories\.parquet: .*({message})"):
        publish(HISTORIES, "histories", "--from", file)


def test_file_that_is_no_parquet_is_named(tmp_path: Path, publish: Publish) -> None:
    (tmp_path / "histories.parquet").write_text("no")
    with pytest.raises(BadInputError, match=r"histories\.parquet: "):
        publish(HISTORIES, "histories", "--from", tmp_path / "histories.parquet")


@pytest.mark.parametrize("name", ["truth", "application_train"])
def test_outcomes_are_the_targets_of_the_file(data: Path, publish: Publish, name: str) -> None:
    events = [
        decode(record.value, OutcomeObserved)
        for record in publish(OUTCOMES, "outcomes", "--truth", data / f"{name}.csv")
    ]
    expected = pd.read_csv(data / f"{name}.csv").set_index("SK_ID_CURR").TARGET
    assert {event.application_id: int(event.defaulted) for event in events} == expected.to_dict()


def test_outcomes_are_dated_after_the_delay(data: Path, publish: Publish) -> None:
    options = ("--truth", data / "truth.csv", "--delay", 90, "--limit", 3)
    events = [decode(r.value, OutcomeObserved) for r in publish(OUTCOMES, "outcomes", *options)]
    assert len(events) == 3
    wanted = dt.datetime.now(dt.UTC) + dt.timedelta(days=90)
    assert all(abs(event.observed_at - wanted) < dt.timedelta(minutes=5) for event in events)


def test_target_that_is_neither_0_nor_1_is_named(tmp_path: Path, publish: Publish) -> None:
    (tmp_path / "truth.csv").write_text("SK_ID_CURR,TARGET\n100001,1.0\n100002,2\n")
    with pytest.raises(BadInputError, match=r"truth\.csv: line 3: TARGET '2'"):
        publish(OUTCOMES, "outcomes", "--truth", tmp_path / "truth.csv")
