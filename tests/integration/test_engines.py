"""Spark and DuckDB make the same histories of the same folder, to the last bit."""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from producer.__main__ import main as producer
from training.__main__ import main
from training.engines.engine import Engine, connect
from training.errors import BadInputError
from training.histories.aggregation import HISTORY_FEATURES, Histories, aggregate
from training.tables import Allowances

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # pyspark's

APPLICANTS = 150
IDS = np.arange(100_001, 100_001 + APPLICANTS)


@pytest.fixture(scope="module")
def kaggle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kaggle")
    assert producer(["synthesize", "--out", str(folder), "--applicants", str(APPLICANTS)]) == 0
    return folder


@pytest.fixture(scope="module")
def spark() -> Iterator[Engine]:
    """One session for all tests, which interprets: to compile takes longer than so few rows."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        reason = "Spark needs `make spark` and a Java 17"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    from training.engines import spark as module  # noqa: PLC0415 - may be absent

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(module._SETTINGS, "spark.sql.codegen.wholeStage", "false")
        patch.setitem(module._SETTINGS, "spark.sql.codegen.factoryMode", "NO_CODEGEN")
        patch.setitem(module._LOCAL_SETTINGS, "spark.sql.shuffle.partitions", "2")
        with connect("local") as engine:
            yield engine


@pytest.fixture(autouse=True)
def _no_socket_is_left_to_other_tests() -> Iterator[None]:
    yield
    gc.collect()


def histories(engine: Engine, folder: Path) -> Histories:
    return aggregate(engine, folder, IDS, Allowances(), lambda _: None)


def test_spark_and_duckdb_find_the_same_values(kaggle: Path, spark: Engine) -> None:
    by_spark = histories(spark, kaggle)
    with connect("duckdb") as duckdb:
        by_duckdb = histories(duckdb, kaggle)

    differ = (by_spark.features != by_duckdb.features) & ~(
        np.isnan(by_spark.features) & np.isnan(by_duckdb.features)
    )
    assert [HISTORY_FEATURES[at] for at in np.flatnonzero(differ.any(axis=0))] == []
    assert by_spark.known.tolist() == by_duckdb.known.tolist()
    assert np.isfinite(by_duckdb.features).any(axis=0).mean() > 0.95


def test_spark_names_the_file_and_the_record_that_it_cannot_read(
    kaggle: Path, spark: Engine, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(kaggle, tmp_path / "data"))
    path = folder / "bureau.csv"
    header, first, *rest = path.read_text().splitlines()
    place = header.split(",").index("DAYS_CREDIT")
    cells = first.split(",")
    cells[place] = "long ago"
    path.write_text("\n".join([header, ",".join(cells), *rest]) + "\n")

    with pytest.raises(BadInputError) as error:
        histories(spark, folder)

    assert str(error.value).startswith(f"{path}: malformed record [{cells[0]},{cells[1]},")
    assert "\n" not in str(error.value)


def test_spark_that_is_not_installed_is_said(
    kaggle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    monkeypatch.delitem(sys.modules, "training.engines.spark", raising=False)
    out = tmp_path / "h.parquet"

    arguments = ["histories", "--data", str(kaggle), "--out", str(out), "--engine", "local"]
    assert main(arguments) == 2

    said = capsys.readouterr().err
    assert "--engine local: " in said
    assert "make spark" in said


def test_an_engine_that_nobody_knows_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["histories", "--data", str(tmp_path), "--out", "h.parquet", "--engine", "hadoop"])

    assert "hadoop is not duckdb, local or spark://host:port" in capsys.readouterr().err
