"""A Kaggle folder is read, or refused by the name of what is wrong."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from contracts.application import CATEGORICAL, NUMERIC
from drift_monitor.sample import SampleError, read_sample

HEADER = ",".join(("SK_ID_CURR", *NUMERIC, *CATEGORICAL))
ROW = ",".join(("100001", *["1"] * (len(NUMERIC) - 1), "", *["a"] * (len(CATEGORICAL) - 1), ""))


def test_missing_values_are_nan_and_missing_levels_none(tmp_path: Path) -> None:
    (tmp_path / "application_train.csv").write_text(f"{HEADER}\n{ROW}\n")
    sample = read_sample(tmp_path)
    assert (len(sample), np.isnan(sample.numeric).sum()) == (1, 1)
    assert sample.levels.tolist() == [["a"] * (len(CATEGORICAL) - 1) + [None]]
    assert sample.categories()[CATEGORICAL[0]] == ["a"]
    assert sample.categories()[CATEGORICAL[-1]] == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "neither application_train.csv nor application_train.csv.gz is there"),
        (gzip.compress(b"A,B\n" * 99, mtime=0)[:-9], r"application_train\.csv\.gz: "),
        (
            gzip.compress(b"SK_ID_CURR\n1\n", mtime=0),
            r"csv\.gz: column CNT_CHILDREN, .* is missing",
        ),
        (
            gzip.compress(b"A,B\n" * 99, mtime=0)[:10] + b"\xff" * 20,
            r"application_train\.csv\.gz: ",
        ),
        (b"no gzip", r"application_train\.csv\.gz: "),
    ],
)
def test_bad_data_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "application_train.csv.gz").write_bytes(content)
    with pytest.raises(SampleError, match=message):
        read_sample(tmp_path)
