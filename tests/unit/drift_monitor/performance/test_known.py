"""Scores are joined to the truth by applicant, or refused by the name of what is wrong."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from drift_monitor.performance.known import read_known
from drift_monitor.sample import SampleError


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    path = tmp_path / "scores.parquet"
    frame = pd.DataFrame({"SK_ID_CURR": [3, 1], "PROBABILITY": [0.3, 0.1], "POINTS": [400, 600]})
    frame.to_parquet(path)
    return path


def a_truth(folder: Path, text: str) -> Path:
    path = folder / "truth.csv"
    path.write_text(text)
    return path


def test_each_score_has_its_applicants_truth(scores: Path, tmp_path: Path) -> None:
    truth = a_truth(tmp_path, "SK_ID_CURR,PROBABILITY,TARGET\n1,0.2,0\n2,0.9,1\n3,0.4,0\n")
    known = read_known(scores, truth)
    assert known.probability.tolist() == [0.3, 0.1]
    assert known.truth.tolist() == [0.4, 0.2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SK_ID_CURR,PROBABILITY\n1,0.2\n", r"no probability of 1 applicants of .*scores\.parquet"),
        ("SK_ID_CURR,TARGET\n1,0\n", "column 'PROBABILITY' is missing"),
        ("PROBABILITY\n0.2\n", "SK_ID_CURR.* is missing|SK_ID_CURR"),
        ("SK_ID_CURR,PROBABILITY\n1,0.2\n3,1.2\n", "holds what is no probability"),
        ("SK_ID_CURR,PROBABILITY\n1,0.2\n3,\n", "holds what is no probability"),
        ("SK_ID_CURR,PROBABILITY\n1,high\n3,0.1\n", "could not convert"),
        ("SK_ID_CURR,PROBABILITY\n1,0.2\n3,0.1\n3,0.2\n", "an applicant stands in it twice"),
        ("", "No columns to parse"),
    ],
)
def test_a_bad_truth_is_named(scores: Path, tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SampleError, match=message) as told:
        read_known(scores, a_truth(tmp_path, text))
    assert "truth.csv" in str(told.value)


def test_a_file_that_is_not_there_is_named(scores: Path, tmp_path: Path) -> None:
    with pytest.raises(SampleError, match=r"nowhere\.csv"):
        read_known(scores, tmp_path / "nowhere.csv")


def test_a_damaged_file_is_named(scores: Path, tmp_path: Path) -> None:
    path = tmp_path / "truth.csv.gz"
    path.write_bytes(gzip.compress(b"SK_ID_CURR")[:10] + b"\xff" * 20)
    with pytest.raises(SampleError, match=r"truth\.csv\.gz: "):
        read_known(scores, path)
