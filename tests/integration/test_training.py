import csv
import datetime as dt
import gzip
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from contracts.bundle import TREES_FILE
from runtime.model_registry import ModelRegistry
from runtime.settings import MlflowSettings
from tests.builders import a_manifest
from tests.kaggle_tables import write_table
from tests.quick_training import APPLICANTS, LET_THROUGH, train
from tests.registry import a_champion
from training.__main__ import main
from training.dataset import NO_HISTORIES
from training.histories.aggregation import HISTORY_FEATURES, HISTORY_VERSION
from training.histories.file import read_histories

SERVABLE = a_manifest(history_version=NO_HISTORIES)


@pytest.fixture
def damaged(kaggle: Path, tmp_path: Path) -> Path:
    """A copy of the folder, to be damaged."""
    return Path(shutil.copytree(kaggle, tmp_path / "data"))


def measure(folder: Path, *options: str) -> int:
    """Train without registering anything: reading, choosing and judging alone."""
    return train(folder, "--with-protected", *options)


def versions(settings: MlflowSettings) -> list[str]:
    client = MlflowClient(tracking_uri=settings.tracking_uri)
    found = client.search_model_versions(f"name='{settings.model_name}'")
    return sorted(str(one.version) for one in found)


def the_run(settings: MlflowSettings) -> Run:
    """The run behind version 1."""
    client = MlflowClient(tracking_uri=settings.tracking_uri)
    return client.get_run(str(client.get_model_version(settings.model_name, "1").run_id))


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def change(path: Path, column: str, values: dict[int, str]) -> None:
    """Set a column of some rows; row 0 stands in line 2."""
    header, rows = read_rows(path)
    for row, value in values.items():
        rows[row][header.index(column)] = value
    write_table(path, header, rows)


def test_a_trained_model_is_in_force_and_can_be_served(trained: MlflowSettings) -> None:
    registry = ModelRegistry(trained)

    bundle = registry.load(registry.champion_version())

    assert bundle.manifest.history_features == HISTORY_FEATURES
    assert bundle.reference.shape[1] == len(bundle.manifest.features)
    assert np.isfinite(bundle.raw_scores(bundle.reference)).all()
    assert set(bundle.manifest.importance) == set(bundle.manifest.model_features)
    assert bundle.manifest.policy.refer_unknown


def test_the_run_keeps_what_is_needed_to_judge_and_repeat_it(
    trained: MlflowSettings, tmp_path: Path
) -> None:
    run = the_run(trained)

    assert {"auc", "auc_low", "ece", "brier", "ks", "gini", "log_loss"} <= set(run.data.metrics)
    assert {"seed", "folds", "trees", "learning_rate", "rows"} <= set(run.data.params)
    assert len(run.data.tags["sha256.application_train.csv"]) == 64
    client = MlflowClient(tracking_uri=trained.tracking_uri)
    folder = Path(client.download_artifacts(run.info.run_id, "", str(tmp_path)))
    pictures = {path.stem for path in (folder / "pictures").iterdir()}
    assert {"roc", "reliability", "profit", "points"} <= pictures
    assert {"importance_features", "dependence", "interactions", "shap_beeswarm"} <= pictures
    assert len(json.loads((folder / "inputs.json").read_text())) == 8
    assert not list(folder.rglob("*.pkl"))


def test_histories_in_a_file_are_those_that_training_computes(
    kaggle: Path, trained: MlflowSettings, registry: MlflowSettings, tmp_path: Path
) -> None:
    out = tmp_path / "histories.parquet"
    assert main(["histories", "--data", str(kaggle), "--out", str(out)]) == 0

    assert train(kaggle, "--histories", str(out)) == 0

    computed = ModelRegistry(trained).load("1")
    from_file = ModelRegistry(registry).load("1")
    assert from_file.reference.tobytes() == computed.reference.tobytes()
    assert from_file.booster.model_to_string() == computed.booster.model_to_string()


def test_the_histories_file_holds_every_applicant_with_version_and_date(
    kaggle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "histories.parquet"
    date = "2026-05-04T03:02:01"
    assert main(["histories", "--data", str(kaggle), "--out", str(out), "--as-of", date]) == 0

    table = pq.read_table(out)
    _, train_rows = read_rows(kaggle / "application_train.csv")
    _, test_rows = read_rows(kaggle / "application_test.csv")
    assert table.num_rows == len(train_rows) + len(test_rows) == APPLICANTS
    assert table.schema.metadata[b"creditstream.history_version"] == HISTORY_VERSION.encode()
    assert table.column("AS_OF")[0].as_py() == dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)
    assert table.schema.field(3).type == "float"
    strangers = ~np.array(table.column("HAS_HISTORY"))
    assert np.isnan(read_histories(out).features[strangers]).all()


def test_rows_held_out_are_listed_and_not_trained_on(
    kaggle: Path, registry: MlflowSettings, tmp_path: Path
) -> None:
    ids = tmp_path / "ids.txt"
    options = ("--tables", "application", "--holdout-share", "0.25", "--holdout-ids", str(ids))

    assert train(kaggle, *options) == 0

    listed = [int(line) for line in ids.read_text().split()]
    _, rows = read_rows(kaggle / "application_train.csv")
    assert len(listed) == round(len(rows) / 4)
    assert {str(one) for one in listed} < {row[0] for row in rows}
    assert int(the_run(registry).data.params["rows"]) == len(rows) - len(listed)


def test_a_version_can_be_registered_without_promotion_and_promoted_later(
    kaggle: Path, registry: MlflowSettings, tmp_path: Path
) -> None:
    old = a_champion(registry, tmp_path / "bundle", SERVABLE)
    assert train(kaggle, "--tables", "application", "--no-promote") == 0
    assert ModelRegistry(registry).champion_version() == old

    assert main(["promote", "2", *LET_THROUGH]) == 0

    assert ModelRegistry(registry).champion_version() == "2"
    policy = ModelRegistry(registry).load("2").manifest.policy
    assert not policy.refer_unknown  # a model without histories does not miss one


def test_a_version_that_is_not_there_cannot_be_promoted(
    registry: MlflowSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = a_champion(registry, tmp_path / "bundle", SERVABLE)

    assert main(["promote", "9"]) == 1

    assert "9" in capsys.readouterr().err
    assert ModelRegistry(registry).champion_version() == old


def test_a_version_that_services_cannot_load_is_not_promoted(
    registry: MlflowSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = a_champion(registry, tmp_path / "bundle-1", SERVABLE)
    broken = a_champion(registry, tmp_path / "bundle-2", SERVABLE)
    assert main(["promote", old, *LET_THROUGH]) == 0
    (tmp_path / "bundle-2" / TREES_FILE).write_text("no trees")

    assert main(["promote", broken]) == 1

    assert TREES_FILE in capsys.readouterr().err
    assert ModelRegistry(registry).champion_version() == old


def test_a_version_whose_histories_nobody_makes_is_not_promoted(
    registry: MlflowSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = a_champion(registry, tmp_path / "bundle-1", SERVABLE)
    a_champion(registry, tmp_path / "bundle-2", a_manifest(history_version="0"))
    assert main(["promote", old, *LET_THROUGH]) == 0

    assert main(["promote", "2"]) == 1

    assert "histories of version 0" in capsys.readouterr().err
    assert ModelRegistry(registry).champion_version() == old


def test_a_model_with_protected_attributes_is_measured_and_not_registered(
    kaggle: Path, registry: MlflowSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert measure(kaggle, "--tables", "application") == 0

    assert "measured, not registered" in capsys.readouterr().out
    assert versions(registry) == []


def test_a_registry_that_is_away_is_said_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    assert train(tmp_path / "no-such-folder") == 1

    assert "127.0.0.1" in capsys.readouterr().err


def test_a_registration_that_fails_leaves_no_version(
    kaggle: Path, registry: MlflowSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MlflowClient, "log_artifacts", full_disk)

    assert train(kaggle, "--tables", "application") == 1

    client = MlflowClient(tracking_uri=registry.tracking_uri)
    (experiment,) = client.search_experiments(filter_string="name LIKE 'creditstream%'")
    (run,) = client.search_runs([experiment.experiment_id])
    assert versions(registry) == []
    assert run.info.status == "FAILED"


BadInput = tuple[str, Callable[[Path], object], Sequence[str]]


def without_column(path: Path, column: str) -> None:
    header, rows = read_rows(path)
    at = header.index(column)
    write_table(path, header[:at] + header[at + 1 :], [r[:at] + r[at + 1 :] for r in rows])


def cut_in_half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def compressed_and_cut(path: Path) -> None:
    content = gzip.compress(path.read_bytes())
    path.with_suffix(".csv.gz").write_bytes(content[: len(content) // 2])
    path.unlink()


def doubled_row(path: Path) -> None:
    header, rows = read_rows(path)
    write_table(path, header, [*rows, rows[1]])


def all_targets(path: Path, value: str) -> None:
    _, rows = read_rows(path)
    change(path, "TARGET", dict.fromkeys(range(len(rows)), value))


TRAIN, BUREAU = "application_train.csv", "bureau.csv"
BAD_INPUTS: dict[str, BadInput] = {
    "no folder": ("", shutil.rmtree, ("data: no such folder",)),
    "no applications": (TRAIN, Path.unlink, ("no application_train.csv",)),
    "no bureau": (BUREAU, Path.unlink, ("data: no bureau.csv, .csv.gz, .csv.zip or .parquet",)),
    "empty file": (TRAIN, lambda path: path.write_text(""), (TRAIN, "empty")),
    "missing column": (
        TRAIN,
        lambda path: without_column(path, "AMT_CREDIT"),
        (TRAIN, "line 1", "missing column AMT_CREDIT"),
    ),
    "missing history column": (
        BUREAU,
        lambda path: without_column(path, "AMT_CREDIT_SUM"),
        (BUREAU, "missing column AMT_CREDIT_SUM"),
    ),
    "truncated": (TRAIN, cut_in_half, (TRAIN, "line ", "Expected Number of Columns")),
    "truncated history": (BUREAU, cut_in_half, (BUREAU, "line ", "Expected Number of Columns")),
    "truncated gzip": (TRAIN, compressed_and_cut, (f"{TRAIN}.gz", "Unexpected end")),
    "truncated gzip history": (BUREAU, compressed_and_cut, (f"{BUREAU}.gz", "Unexpected end")),
    "duplicate id": (TRAIN, doubled_row, (TRAIN, "SK_ID_CURR", "stands in line 3 already")),
    "text in a number": (
        TRAIN,
        lambda path: change(path, "AMT_CREDIT", {7: "much"}),
        (TRAIN, "line 9", "AMT_CREDIT"),
    ),
    "text in a number of a history": (
        BUREAU,
        lambda path: change(path, "DAYS_CREDIT", {7: "long ago"}),
        (BUREAU, "line 9", "DAYS_CREDIT"),
    ),
    "impossible value": (
        TRAIN,
        lambda path: change(path, "DAYS_BIRTH", {7: "12"}),
        (TRAIN, "line 9", "DAYS_BIRTH is 12.0"),
    ),
    "employed after the application": (
        TRAIN,
        lambda path: change(path, "DAYS_EMPLOYED", {7: "12"}),
        (TRAIN, "line 9", "DAYS_EMPLOYED is 12.0"),
    ),
    "unknown target": (
        TRAIN,
        lambda path: change(path, "TARGET", {7: "2"}),
        (TRAIN, "line 9", "TARGET is 2, not 0 or 1"),
    ),
    "half a target": (
        TRAIN,
        lambda path: change(path, "TARGET", {7: "0.7"}),
        (TRAIN, "line 9", "TARGET is 0.7, not 0 or 1"),
    ),
    "missing id": (
        TRAIN,
        lambda path: change(path, "SK_ID_CURR", {7: ""}),
        (TRAIN, "line 9", "SK_ID_CURR"),
    ),
    "one class": (TRAIN, lambda path: all_targets(path, "0"), ("TARGET is 1 in 0 of",)),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_ends_with_code_2_and_names_file_line_or_column(
    case: str, damaged: Path, registry: MlflowSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    name, damage, words = BAD_INPUTS[case]
    damage(damaged / name)

    assert train(damaged) == 2

    said = capsys.readouterr().err
    assert all(word in said for word in words), said
    assert said.count("\n") == 1
    assert versions(registry) == []


@pytest.mark.usefixtures("registry")
def test_a_missing_table_can_be_allowed_and_its_features_are_named(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (damaged / "credit_card_balance.csv").unlink()

    assert measure(damaged, "--allow-missing-tables") == 0

    said = capsys.readouterr().out
    assert "no credit_card_balance: missing for everyone are CARD_COUNT" in said
    assert "CARD_DPD_MAX" in said.split("left out: ")[1]


@pytest.mark.usefixtures("registry")
def test_missing_columns_can_be_allowed_and_are_named(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_column(damaged / TRAIN, "EXT_SOURCE_1")
    without_column(damaged / "previous_application.csv", "RATE_INTEREST_PRIMARY")

    assert measure(damaged, "--allow-missing-columns") == 0

    said = capsys.readouterr().out
    assert "previous_application.csv: lacks RATE_INTEREST_PRIMARY" in said
    assert "EXT_SOURCE_1" in said.split("left out: ")[1]


@pytest.mark.usefixtures("registry")
def test_constant_and_empty_columns_are_left_out_and_said(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, rows = read_rows(damaged / TRAIN)
    everyone = range(len(rows))
    change(damaged / TRAIN, "AMT_INCOME_TOTAL", dict.fromkeys(everyone, "1000"))
    change(damaged / TRAIN, "EXT_SOURCE_2", dict.fromkeys(everyone, ""))

    assert measure(damaged, "--tables", "application") == 0

    left_out = capsys.readouterr().out.split("left out: ")[1]
    assert "AMT_INCOME_TOTAL" in left_out
    assert "EXT_SOURCE_2" in left_out


def test_compressed_tables_give_the_same_histories(damaged: Path, tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.parquet", tmp_path / "packed.parquet"
    assert main(["histories", "--data", str(damaged), "--out", str(plain)]) == 0
    for path in damaged.glob("*.csv"):
        path.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes(), 1))
        path.unlink()

    assert main(["histories", "--data", str(damaged), "--out", str(packed)]) == 0

    before, after = read_histories(plain), read_histories(packed)
    assert before.features.tobytes() == after.features.tobytes()


def test_histories_of_another_version_are_refused(
    kaggle: Path, registry: MlflowSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "histories.parquet"
    assert main(["histories", "--data", str(kaggle), "--out", str(out)]) == 0
    table = pq.read_table(out)
    metadata = table.schema.metadata | {b"creditstream.history_version": b"0"}
    pq.write_table(table.replace_schema_metadata(metadata), out)

    assert train(kaggle, "--histories", str(out)) == 2

    assert f"history version 0, not {HISTORY_VERSION}" in capsys.readouterr().err
    assert versions(registry) == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--holdout-share", "1.0"),
        ("--holdout-share", "-0.1"),
        ("--holdout-share", "x"),
        ("--learning-rate", "0"),
        ("--folds", "1"),
        ("--tables", "none"),
    ],
)
def test_an_impossible_option_is_refused(kaggle: Path, option: str, value: str) -> None:
    with pytest.raises(SystemExit) as ended:
        train(kaggle, option, value)

    assert ended.value.code == 2


@pytest.mark.slow
def test_real_applications_alone_reach_the_known_quality(
    sample_dir: Path, registry: MlflowSettings
) -> None:
    options = ["--data", str(sample_dir), "--tables", "application"]

    assert main(["train", *options]) == 0

    metrics = the_run(registry).data.metrics
    assert metrics["auc"] >= 0.757
    assert metrics["ece"] <= 0.012


def test_real_histories_need_leave_for_the_two_columns_they_lack(
    sample_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["histories", "--data", str(sample_dir), "--out", str(tmp_path / "h.parquet")]

    assert main(arguments) == 2
    assert "RATE_INTEREST_PRIMARY, RATE_INTEREST_PRIVILEGED" in capsys.readouterr().err

    assert main([*arguments, "--allow-missing-columns"]) == 0
