import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from training.errors import BadInputError
from training.histories.aggregation import HISTORY_FEATURES, Histories
from training.histories.file import read_histories, write_histories

AS_OF = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def written(path: Path) -> Histories:
    ids = np.array([3, 5, 8])
    features = np.random.default_rng(3).random((3, len(HISTORY_FEATURES)), dtype=np.float32)
    histories = Histories(ids, np.array([True, False, True]), features, 0)
    write_histories(path, histories, AS_OF)
    return histories


def rewritten(path: Path, rows: list[int]) -> None:
    pq.write_table(pq.read_table(path).take(rows), path)


def test_ids_in_any_order_are_read_in_theirs(tmp_path: Path) -> None:
    histories = written(tmp_path / "h.parquet")
    rewritten(tmp_path / "h.parquet", [2, 0, 1])

    found = read_histories(tmp_path / "h.parquet")

    assert found.ids.tolist() == [3, 5, 8]
    assert found.known.tolist() == histories.known.tolist()
    assert found.features.tobytes() == histories.features.tobytes()


@pytest.mark.parametrize("rows", [[0, 1, 1, 2], [1, 2, 0, 1]])
def test_an_applicant_given_twice_is_refused(tmp_path: Path, rows: list[int]) -> None:
    written(tmp_path / "h.parquet")
    rewritten(tmp_path / "h.parquet", rows)

    with pytest.raises(BadInputError, match=r"h\.parquet: applicant 5 stands there twice"):
        read_histories(tmp_path / "h.parquet")


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    written(tmp_path / "new" / "h.parquet")

    assert [path.name for path in (tmp_path / "new").iterdir()] == ["h.parquet"]


def test_everyone_is_found_in_place_or_not_at_all() -> None:
    features = np.zeros((3, 1), dtype=np.float32)
    histories = Histories(np.array([3, 5, 8]), np.ones(3, dtype=np.bool_), features, 0)
    nobody = Histories(np.array([], dtype=np.int64), np.ones(0, dtype=np.bool_), features[:0], 0)

    assert histories.places(np.array([8, 1, 3, 9])).tolist() == [2, -1, 0, -1]
    assert nobody.places(np.array([8, 1])).tolist() == [-1, -1]
