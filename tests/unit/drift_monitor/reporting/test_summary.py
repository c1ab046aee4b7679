"""One screen tells the verdict and the flagged columns."""

import dataclasses
import re

from rich.console import Console

from drift_monitor.reporting.document import document
from drift_monitor.reporting.findings import Findings
from drift_monitor.reporting.summary import screen


def printed(findings: Findings) -> str:
    console = Console(width=120, highlight=False)
    with console.capture() as capture:
        for part in screen(findings):
            console.print(part)
    return capture.get()


def test_the_screen_names_the_flagged_columns_and_takes_levels_for_text(moved: Findings) -> None:
    text = printed(moved)
    assert text.startswith("Drift: 3 of 119 tested columns moved; now.csv (1,000 rows) against")
    assert "AMT_INCOME_TOTAL median" in text
    assert re.search(r"EXT_SOURCE_3 missing 1\d % → 3\d %", text)
    assert "501 to 1,000" in text
    assert "3 columns" in text
    assert len(text.splitlines()) < 40


def test_a_stable_file_is_said_to_be(moved: Findings) -> None:
    stable = dataclasses.replace(moved, judged=moved.judged[-5:], windows=())
    assert printed(stable).startswith("Stable: 0 of ")


def test_the_document_tells_the_same(moved: Findings) -> None:
    told = document(moved)
    assert (told.drift, told.tested, len(told.drifted)) == (True, 119, 3)
    assert {one.column for one in told.columns} == set(moved.tested)
    assert {one.column for one in told.distances} == set(moved.profiled)
    assert [one.last_row for one in told.windows] == [500, 1_000]
    assert len(told.windows[-1].alerted) == 3
