from pathlib import Path

import pytest

from training.versions import changed_files, record_tags


@pytest.fixture
def record(tmp_path: Path) -> Path:
    (tmp_path / "bundle").mkdir()
    for name in ("evaluation.json", "out_of_fold.parquet", "bundle/trees.txt", "card.html"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_what_decisions_rest_on_is_tagged_and_what_is_written_anew_is_not(record: Path) -> None:
    assert sorted(record_tags(record)) == [
        "record.sha256.bundle/trees.txt",
        "record.sha256.evaluation.json",
        "record.sha256.out_of_fold.parquet",
    ]


@pytest.mark.parametrize("name", ["evaluation.json", "bundle/trees.txt"])
def test_a_changed_file_is_found_alone_and_in_its_folders(record: Path, name: str) -> None:
    tags = record_tags(record)
    assert changed_files(tags, "", record) == []

    (record / name).write_text("changed")

    assert changed_files(tags, name, record / name) == [name]
    assert changed_files(tags, "", record) == [name]
    assert changed_files(tags, "out_of_fold.parquet", record / "out_of_fold.parquet") == []


def test_a_lost_file_of_a_folder_is_found(record: Path) -> None:
    tags = record_tags(record)
    (record / "bundle" / "trees.txt").unlink()

    assert changed_files(tags, "bundle", record / "bundle") == ["bundle/trees.txt"]


def test_a_version_that_was_registered_without_digests_is_read(record: Path) -> None:
    assert changed_files({"code_version": "abc"}, "", record) == []
