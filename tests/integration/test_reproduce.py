"""`reproduce`: a version comes out of its record again, and what stands in the way is said."""

import dataclasses
import shutil
from pathlib import Path

import msgspec
import pytest

from runtime.settings import MlflowSettings
from training.__main__ import main
from training.reproduction import read_record, reproduce


@pytest.fixture
def recorded_in(trained: MlflowSettings, monkeypatch: pytest.MonkeyPatch) -> MlflowSettings:
    """The registry of the trained model, where the command finds it."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", trained.tracking_uri)
    return trained


@pytest.mark.usefixtures("recorded_in")
def test_a_version_comes_out_of_its_record_identical(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["reproduce", "champion"]) == 0

    assert "version 1, trained again, are identical" in capsys.readouterr().out


@pytest.mark.usefixtures("recorded_in")
def test_other_data_than_recorded_are_refused_by_name(
    kaggle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(kaggle, tmp_path / "data"))
    with (folder / "bureau.csv").open("a") as file:
        file.write((folder / "bureau.csv").read_text().splitlines()[1] + "\n")

    assert main(["reproduce", "1", "--data", str(folder)]) == 2

    said = capsys.readouterr().err
    assert "these are not the data of the record: bureau.csv: " in said
    assert "installments_payments" not in said


def test_other_trees_and_libraries_than_recorded_are_said(trained: MlflowSettings) -> None:
    recorded = read_record(trained, "1")
    libraries = {**recorded.origin.libraries, "lightgbm": "3.0"}
    origin = msgspec.structs.replace(recorded.origin, libraries=libraries)
    other = dataclasses.replace(recorded, origin=origin, trees=recorded.trees + " ")

    found = reproduce(other, None, None)

    assert not found.identical
    assert any(said.startswith("lightgbm: 3.0 then, ") for said in found.differences)
