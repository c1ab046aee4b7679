"""The synthetic folder as its readers meet it: files, types, bytes, and beside the real rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from producer.__main__ import main
from producer.synthesis.tables import HISTORY_TABLES, schema

_FILES = ("application_train", "application_test", *HISTORY_TABLES, "truth")
_APPLICANTS = 3_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("synthetic") / "data"
    assert _synthesize(target, _APPLICANTS) == 0
    return target


def _synthesize(folder: Path, applicants: int, *more: str) -> int:
    arguments = ["--out", str(folder), "--applicants", str(applicants), "--seed", "5", *more]
    return main(["synthesize", *arguments])


@pytest.mark.parametrize("table", ["application_train", "application_test", *HISTORY_TABLES])
def test_pandas_reads_the_official_columns_and_types(folder: Path, table: str) -> None:
    frame = pd.read_csv(folder / f"{table}.csv")
    columns = dict(schema()[table if table in HISTORY_TABLES else "application"])
    expected = list(columns)
    if table == "application_train":
        expected.insert(1, "TARGET")
        columns["TARGET"] = "int"
    assert list(frame.columns) == expected
    dtypes = {"int": "int64", "float": "float64"}
    for column, kind in columns.items():
        wanted = dtypes[kind] if isinstance(kind, str) else "object"
        assert frame[column].dtype == wanted, column
        if not isinstance(kind, str):
            assert set(frame[column].dropna()) <= set(kind), column


def test_train_and_test_interleave_and_truth_knows_them_all(folder: Path) -> None:
    train, test, truth = (
        pd.read_csv(folder / f"{name}.csv")
        for name in ("application_train", "application_test", "truth")
    )
    ids = sorted([*train.SK_ID_CURR, *test.SK_ID_CURR])
    assert ids == list(range(100_001, 100_001 + _APPLICANTS)) == list(truth.SK_ID_CURR)
    assert len(test) == round(_APPLICANTS * 48_744 / 356_255)
    assert test.SK_ID_CURR.median() == pytest.approx(100_001 + _APPLICANTS / 2, abs=300)
    merged = train.merge(truth, on="SK_ID_CURR")
    assert (merged.TARGET_x == merged.TARGET_y).all()
    assert truth.PROBABILITY.between(0, 1).all()


def test_no_work_file_is_left(folder: Path) -> None:
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{n}.csv" for n in _FILES)


def test_equal_orders_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert _synthesize(tmp_path / name, 300) == 0
    for name in _FILES:
        first, second = (tmp_path / run / f"{name}.csv" for run in ("one", "two"))
        assert first.read_bytes() == second.read_bytes(), name


def test_several_chunks_make_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("producer.synthesis.portfolio._CHUNK", 100)
    assert _synthesize(tmp_path, 250) == 0
    bureau = pd.read_csv(tmp_path / "bureau.csv")
    assert bureau.SK_ID_BUREAU.is_unique
    assert bureau.SK_ID_CURR.max() > 100_200
    assert len(pd.read_csv(tmp_path / "truth.csv")) == 250


def test_test_share_is_followed(tmp_path: Path) -> None:
    assert _synthesize(tmp_path, 200, "--test-share", "0.3") == 0
    assert len(pd.read_csv(tmp_path / "application_test.csv")) == 60


def test_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert _synthesize(tmp_path / "file" / "data", 10) == 2
    assert str(tmp_path / "file") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"), [("--applicants", "0"), ("--seed", "x"), ("--test-share", "1.5")]
)
def test_impossible_option_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["synthesize", "--out", str(tmp_path / "data"), option, value])
    assert exit_info.value.code == 2
    assert option in capsys.readouterr().err


@pytest.mark.parametrize(
    ("column", "distance"),
    [
        ("AMT_INCOME_TOTAL", 0.08),
        ("AMT_CREDIT", 0.08),
        ("AMT_ANNUITY", 0.08),
        ("DAYS_BIRTH", 0.05),
        ("DAYS_EMPLOYED", 0.06),
        ("DAYS_REGISTRATION", 0.06),
        ("EXT_SOURCE_1", 0.07),
        ("EXT_SOURCE_2", 0.06),
        ("EXT_SOURCE_3", 0.06),
        ("REGION_POPULATION_RELATIVE", 0.06),
        ("TOTALAREA_MODE", 0.09),
        ("AMT_REQ_CREDIT_BUREAU_YEAR", 0.08),
        ("CNT_FAM_MEMBERS", 0.05),
    ],
)
def test_columns_are_distributed_as_in_the_real_rows(
    folder: Path, sample_dir: Path, column: str, distance: float
) -> None:
    real = pd.read_csv(sample_dir / "application_train.csv.gz", usecols=[column])[column]
    made = pd.read_csv(folder / "application_train.csv", usecols=[column])[column]
    assert ks_2samp(real.dropna(), made.dropna()).statistic < distance
    assert made.isna().mean() == pytest.approx(real.isna().mean(), abs=0.045)


def test_columns_are_related_as_in_the_real_rows(folder: Path, sample_dir: Path) -> None:
    columns = ["AMT_INCOME_TOTAL", "AMT_CREDIT", "AMT_ANNUITY", "DAYS_BIRTH", "EXT_SOURCE_1"]
    columns += ["EXT_SOURCE_2", "EXT_SOURCE_3", "REGION_RATING_CLIENT", "CNT_CHILDREN"]
    real = pd.read_csv(sample_dir / "application_train.csv.gz", usecols=columns)[columns]
    made = pd.read_csv(folder / "application_train.csv", usecols=columns)[columns]
    gap = (real.corr("spearman") - made.corr("spearman")).abs().to_numpy()
    assert np.max(gap) < 0.15
