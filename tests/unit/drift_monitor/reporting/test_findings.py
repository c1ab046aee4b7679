"""One file against another: what moved is found, what cannot be compared is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drift_monitor.detectors import ScipyDetectors
from drift_monitor.policy import Policy
from drift_monitor.reporting.by_window import Question
from drift_monitor.reporting.findings import Findings, find
from drift_monitor.reporting.tables import Table, read_table
from drift_monitor.sample import SampleError
from tests.application_files import moved_rows, some_rows, written

Compare = Callable[..., Findings]


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str, pd.DataFrame], Table]:
    return lambda name, frame: read_table(written(frame, tmp_path / f"{name}.parquet"))


@pytest.fixture
def compare(table: Callable[[str, pd.DataFrame], Table]) -> Compare:
    def compared(reference: pd.DataFrame, current: pd.DataFrame, **asked: object) -> Findings:
        question = Question(**{"policy": Policy(), "window": 500, "least": 100} | asked)  # type: ignore[arg-type]
        tables = table("reference", reference), table("current", current)
        return find(*tables, ScipyDetectors(), question)

    return compared


REFERENCE = some_rows(1_500, seed=1)
MOVED = {"AMT_INCOME_TOTAL", "EXT_SOURCE_3", "NAME_CONTRACT_TYPE"}


def test_what_moved_is_found_and_in_two_windows_it_is_an_alert(compare: Compare) -> None:
    findings = compare(REFERENCE, moved_rows(1_050, seed=2))
    assert findings.moved
    assert set(findings.drifted) == MOVED
    assert [(one.first, one.last) for one in findings.windows] == [(1, 500), (501, 1_000)]
    assert [set(one.drifted) for one in findings.windows] == [MOVED, MOVED]
    assert [set(one.alerted) for one in findings.windows] == [set(), MOVED]
    assert set(findings.alerted) == MOVED
    income = findings.distances["AMT_INCOME_TOTAL"]
    assert income.wasserstein == pytest.approx(0.8, abs=0.1)
    assert income.ks == pytest.approx(0.31, abs=0.05)
    assert income.psi > income.psi_critical


def test_alike_files_are_stable(compare: Compare) -> None:
    findings = compare(REFERENCE, some_rows(1_000, seed=2))
    assert not findings.moved
    assert len(findings.tested) == 120
    assert len(findings.drawn) == 12


def test_a_last_window_counts_from_a_least_size_on(compare: Compare) -> None:
    assert len(compare(REFERENCE, some_rows(1_100, seed=2)).windows) == 3
    assert len(compare(REFERENCE, some_rows(1_099, seed=2)).windows) == 2
    assert compare(REFERENCE, some_rows(500, seed=2)).windows == ()


def test_importance_changes_the_order(compare: Compare) -> None:
    by_effect = compare(REFERENCE, moved_rows(1_000, seed=2))
    last = by_effect.drifted[-1]
    weighed = compare(REFERENCE, moved_rows(1_000, seed=2), importance={last: 50.0, "OTHER": 0.1})
    assert weighed.drifted[0] == last


def test_columns_of_one_file_alone_are_told_and_left_out(compare: Compare) -> None:
    few = ["AMT_CREDIT", "AMT_ANNUITY", "CODE_GENDER"]
    findings = compare(REFERENCE[few], REFERENCE[["AMT_CREDIT", "AMT_ANNUITY", "EXT_SOURCE_1"]])
    assert set(findings.tested) == {"AMT_CREDIT", "AMT_ANNUITY"}
    assert "ANNUITY_TO_CREDIT" in findings.profiled
    assert "CREDIT_TO_INCOME" not in findings.profiled
    assert findings.notes[:2] == (
        "current.parquet lacks CODE_GENDER: not compared.",
        "reference.parquet lacks EXT_SOURCE_1: not compared.",
    )


@pytest.mark.parametrize(
    ("reference", "current", "message"),
    [
        (
            REFERENCE[["AMT_CREDIT"]],
            REFERENCE[["AMT_ANNUITY"]],
            "reference.* and .*current.* share",
        ),
        (REFERENCE[["AMT_CREDIT", "TARGET"]].assign(TARGET=0), REFERENCE, "TARGET has one class"),
        (
            REFERENCE[["AMT_CREDIT"]].iloc[[0] * 300],
            REFERENCE,
            "reference.*all 300 rows are the same",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    compare: Compare, reference: pd.DataFrame, current: pd.DataFrame, message: str
) -> None:
    with pytest.raises(SampleError, match=message):
        compare(reference.reset_index(drop=True), current)


def test_calendar_columns_alone_are_nothing_to_test(compare: Compare) -> None:
    hours = REFERENCE[["HOUR_APPR_PROCESS_START"]]
    with pytest.raises(SampleError, match="share no column that is tested"):
        compare(hours, hours, untested=("HOUR_APPR_PROCESS_START",))


def test_identical_rows_are_drift_and_said(compare: Compare) -> None:
    findings = compare(REFERENCE, REFERENCE.iloc[[0] * 300].reset_index(drop=True))
    assert len(findings.drifted) > 100
    assert "All 300 rows of current.parquet are the same." in findings.notes


def test_few_rows_are_said(compare: Compare) -> None:
    findings = compare(REFERENCE, REFERENCE.iloc[:2])
    assert "current.parquet has 2 rows" in findings.notes[0]


@pytest.mark.parametrize("name", ["EXT_SOURCE_3", "NAME_CONTRACT_TYPE"])
@pytest.mark.parametrize("empty_in", ["reference", "current", "both"])
def test_a_column_without_values_is_compared_by_its_missing_share(
    compare: Compare, name: str, empty_in: str
) -> None:
    value = np.nan if name == "EXT_SOURCE_3" else None
    without = REFERENCE.assign(**{name: value})
    reference = REFERENCE if empty_in == "current" else without
    findings = compare(reference, REFERENCE if empty_in == "reference" else without)
    assert (name in findings.drifted) == (empty_in != "both")
    assert any(f"has no value in {name}" in note for note in findings.notes)
