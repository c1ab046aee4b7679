"""What commands refuse before they read a table or ask the registry."""

from pathlib import Path

import pytest

from training.__main__ import main


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--holdout-ids", "ids.txt"), "--holdout-ids lists nothing without --holdout-share"),
        (("--study", "study.db"), "--study keeps nothing without --trials"),
    ],
)
def test_an_option_that_does_nothing_alone_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    assert main(["train", "--data", str(tmp_path), *options]) == 2

    assert told in capsys.readouterr().err


def test_a_negative_seed_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["train", "--data", ".", "--seed", "-3"])

    assert "-3 is less than 0" in capsys.readouterr().err


def score(folder: Path, out: Path, *options: str) -> int:
    return main(["score", "--data", str(folder), "--out", str(out), *options])


def test_a_submission_has_no_place_for_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(tmp_path, tmp_path / "s.csv", "--format", "kaggle", "--reasons") == 2

    assert "--reasons have no place in --format kaggle" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["scores", "scores.csv.gz", "scores.xlsx"])
def test_scores_in_no_known_format_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert score(tmp_path, tmp_path / name) == 2

    assert f"{name}: ends in neither .csv nor .parquet, and is not -" in capsys.readouterr().err


def test_scores_cannot_stand_in_the_place_of_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scores.csv").mkdir()

    assert score(tmp_path, tmp_path / "scores.csv") == 2
    assert "scores.csv: is a folder" in capsys.readouterr().err


def test_scores_cannot_stand_below_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    assert score(tmp_path, tmp_path / "file" / "scores.csv") == 2
    assert "scores.csv: no such folder, and none can be made" in capsys.readouterr().err


def test_a_dictionary_in_a_missing_folder_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dictionary", "--out", str(tmp_path / "gone" / "features.md")]) == 2

    told = capsys.readouterr().err
    assert f"no folder {tmp_path / 'gone'}; make it, or name another --out" in told
