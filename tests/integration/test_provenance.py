import re

from training.provenance import code_version, library_versions, requirements


def test_the_code_version_is_a_commit_or_said_to_be_unknown() -> None:
    assert re.fullmatch(r"[0-9a-f]{40}\+?|unknown", code_version())


def test_the_libraries_that_numbers_depend_on_are_recorded() -> None:
    assert {"lightgbm", "numpy", "duckdb"} <= set(library_versions())


def test_the_lock_file_is_found_where_the_code_runs_from_its_repository() -> None:
    found = requirements()

    assert found is not None
    assert "lightgbm==" in found.read_text(encoding="utf-8")
