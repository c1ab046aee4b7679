"""One comparison that all of these look at."""

import pytest

from drift_monitor.detectors import ScipyDetectors
from drift_monitor.policy import Policy
from drift_monitor.reporting.by_window import Question
from drift_monitor.reporting.findings import Findings, find
from drift_monitor.reporting.tables import read_table
from tests.application_files import moved_rows, some_rows, written

MARKUP = "</script><b>&[red]"


@pytest.fixture(scope="session")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """Three columns moved; a level, in the reference alone, is named as an attacker would."""
    folder = tmp_path_factory.mktemp("files")
    reference = some_rows(1_500, seed=1)
    reference.loc[:299, "NAME_CONTRACT_TYPE"] = MARKUP
    tables = [
        read_table(written(frame, folder / name))
        for frame, name in ((reference, "before.csv"), (moved_rows(1_000, seed=2), "now.csv"))
    ]
    question = Question(policy=Policy(), window=500, least=100, untested=["DAYS_BIRTH"])
    return find(tables[0], tables[1], ScipyDetectors(), question)
