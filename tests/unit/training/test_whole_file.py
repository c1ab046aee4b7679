from pathlib import Path

import pytest

from training.whole_file import write_whole


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("before")

    def fail(part: Path) -> None:
        part.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)

    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("scores.csv", "before")]


def test_two_writes_at_once_have_a_file_each(tmp_path: Path) -> None:
    path, parts = tmp_path / "scores.csv", list[Path]()

    def outer(part: Path) -> None:
        parts.append(part)
        part.write_text("outer")
        write_whole(path, inner)

    def inner(part: Path) -> None:
        parts.append(part)
        part.write_text("inner")

    write_whole(path, outer)

    assert len(set(parts)) == 2
    assert path.read_text() == "outer"
