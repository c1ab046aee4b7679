"""The three programs are asked for the same 280 features, and held against each other."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.plain_features.contest import DisagreementError, agree, plain_task
from training.tables import HISTORY_TABLES


def written(folder: Path, *, total: float = 3.0, applicant: int = 2) -> Path:
    """What a program makes of every table: one feature of two applicants, in no order."""
    folder.mkdir()
    ids = pa.array([applicant, 1], pa.int64())
    values = pa.array([total, None], pa.float32())
    for name in HISTORY_TABLES:
        pq.write_table(pa.table({"SK_ID_CURR": ids, "COUNT": values}), folder / f"{name}.parquet")
    return folder


def test_the_task_asks_for_280_features(tmp_path: Path) -> None:
    task = plain_task(tmp_path, tmp_path)

    plain = sum(1 + 4 * len(table.numbers) + len(table.levels) for table in task.tables)
    assert plain + 2 * 4 + len(task.statuses) == 280


def test_all_tables_are_compared_and_their_features_counted(tmp_path: Path) -> None:
    made = {"ours": written(tmp_path / "a"), "other": written(tmp_path / "b", total=3.000001)}

    assert agree(made) == len(HISTORY_TABLES)


def test_another_value_is_named(tmp_path: Path) -> None:
    made = {"ours": written(tmp_path / "a"), "other": written(tmp_path / "b", total=3.001)}

    with pytest.raises(DisagreementError, match="bureau: other values of COUNT"):
        agree(made)


def test_other_applicants_are_noticed(tmp_path: Path) -> None:
    made = {"ours": written(tmp_path / "a"), "other": written(tmp_path / "b", applicant=3)}

    with pytest.raises(DisagreementError, match="bureau: other applicants"):
        agree(made)
