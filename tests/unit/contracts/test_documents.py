import json
from pathlib import Path
from typing import Any

import pytest

from contracts.documents import documents, main, narrowings, stale, write

COMMITTED = Path(__file__).parents[3] / "docs"
SCORED = Path("schemas/loan.scored.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def changed(path: Path, **top_level: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | top_level))


def test_the_committed_documents_are_current() -> None:
    assert list(stale(COMMITTED)) == []


def test_no_event_is_narrower_than_it_was_committed() -> None:
    assert list(narrowings(COMMITTED)) == []


def test_what_was_written_is_current(folder: Path) -> None:
    main(["--check", "--out", str(folder)])
    assert sorted(p.relative_to(folder) for p in folder.rglob("*.json")) == sorted(documents())


def test_writing_twice_writes_the_same(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.json")}
    main(["--out", str(folder)])
    assert {path: path.read_bytes() for path in folder.rglob("*.json")} == before


@pytest.mark.parametrize("path", documents(), ids=str)
def test_a_stale_document_is_named(folder: Path, path: Path) -> None:
    changed(folder / path, title="Edited by hand")
    with pytest.raises(SystemExit, match=f"{path}: stale"):
        main(["--check", "--out", str(folder)])


def test_a_missing_document_is_named(folder: Path) -> None:
    (folder / SCORED).unlink()
    with pytest.raises(SystemExit, match=f"{SCORED}: missing"):
        main(["--check", "--out", str(folder)])


def test_a_document_of_no_event_is_named(folder: Path) -> None:
    (folder / "schemas" / "loan.forgotten.json").write_text("{}")
    with pytest.raises(SystemExit, match=r"loan\.forgotten\.json: of no event"):
        main(["--check", "--out", str(folder)])


def test_a_narrower_event_is_neither_written_nor_current(folder: Path) -> None:
    """The committed schema has a field that the event has lost."""
    kept = json.loads((folder / SCORED).read_text())
    changed(folder / SCORED, properties=kept["properties"] | {"margin": {"type": "number"}})
    before = (folder / SCORED).read_bytes()
    for arguments in (["--out", str(folder)], ["--check", "--out", str(folder)]):
        with pytest.raises(SystemExit, match=r"loan\.scored\.json: \$\.margin: removed"):
            main(arguments)
    assert (folder / SCORED).read_bytes() == before


def test_an_event_may_narrow_under_a_new_type(folder: Path) -> None:
    kept = json.loads((folder / SCORED).read_text())
    properties = kept["properties"] | {"margin": {"type": "number"}}
    changed(folder / SCORED, properties=properties, **{"x-ce-type": "loan.scored.v0"})
    main(["--out", str(folder)])
    main(["--check", "--out", str(folder)])
