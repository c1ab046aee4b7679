"""The contract held against real rows of the Home Credit tables."""

import csv
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contracts.application import CATEGORICAL, COLUMNS, NOT_EMPLOYED, NUMERIC, LoanApplication
from contracts.codec import decode_application, encode
from contracts.features import CategoryCoder, application_columns, feature_matrix, feature_names

Rows = list[dict[str, Any]]


def _document(row: Mapping[str, str]) -> dict[str, Any]:
    """A row as upstream would send it: numbers as numbers, an empty cell as NaN."""
    numbers = {name: float(row[name] or "nan") for name in NUMERIC}
    levels = {name: row[name] or None for name in CATEGORICAL}
    return {"SK_ID_CURR": int(row["SK_ID_CURR"]), **numbers, **levels}


@pytest.fixture(scope="module", params=["train", "test"])
def rows(request: pytest.FixtureRequest, sample_dir: Path) -> Rows:
    with gzip.open(sample_dir / f"application_{request.param}.csv.gz", "rt") as table:
        return [_document(row) for row in csv.DictReader(table)]


@pytest.fixture(scope="module")
def applications(rows: Rows) -> list[LoanApplication]:
    decoded = [decode_application(json.dumps(row).encode()) for row in rows]
    assert not any(one.unknown_columns for one in decoded)
    return [one.application for one in decoded]


def test_every_real_row_is_taken_as_it_is(rows: Rows, applications: list[LoanApplication]) -> None:
    numeric = np.array([[row[name] for name in NUMERIC] for row in rows])
    levels = [[row[name] for row in rows] for name in CATEGORICAL]
    columns = application_columns(applications)
    np.testing.assert_array_equal(columns.numeric, numeric)
    assert [list(column) for column in columns.levels] == levels


def test_real_rows_come_back_as_they_were_encoded(applications: list[LoanApplication]) -> None:
    for application in applications:
        assert decode_application(encode(application)).application == application


def test_real_rows_become_features(applications: list[LoanApplication]) -> None:
    columns = application_columns(applications)
    seen = [sorted({level for level in column if level is not None}) for column in columns.levels]
    coder = CategoryCoder(dict(zip(CATEGORICAL, seen, strict=True)))
    none = np.empty((len(applications), 0), dtype=np.float32)
    matrix = feature_matrix(columns, coder, none)
    assert not np.isinf(matrix).any()

    at = feature_names(()).index
    for name, levels, column in zip(CATEGORICAL, seen, columns.levels, strict=True):
        codes = matrix[:, at(name)].tolist()
        back = [None if np.isnan(code) else levels[int(code)] for code in codes]
        assert back == list(column)
    for name in set(NUMERIC) - {"DAYS_EMPLOYED"}:
        np.testing.assert_array_equal(matrix[:, at(name)], columns[name].astype(np.float32))
    unemployed = columns["DAYS_EMPLOYED"] == NOT_EMPLOYED
    np.testing.assert_array_equal(matrix[:, at("NOT_EMPLOYED")], unemployed)
    assert np.isnan(matrix[unemployed, at("DAYS_EMPLOYED")]).all()


def test_a_full_row_holds_every_column_of_the_contract(rows: Rows) -> None:
    assert rows[0].keys() == {"SK_ID_CURR", *COLUMNS}
