from pathlib import Path

import jupytext  # type: ignore[import-untyped]
import pytest
from nbclient import NotebookClient

from tests.registry import a_registry

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PAIRED = sorted(NOTEBOOKS.glob("*.py"))


@pytest.mark.parametrize("script", PAIRED, ids=lambda path: path.stem)
def test_a_notebook_and_its_script_say_the_same(script: Path) -> None:
    said = jupytext.read(script).cells
    shown = jupytext.read(script.with_suffix(".ipynb")).cells

    assert [(one.cell_type, one.source) for one in shown] == [
        (one.cell_type, one.source) for one in said
    ]


@pytest.mark.parametrize("script", PAIRED, ids=lambda path: path.stem)
def test_a_notebook_is_committed_with_its_pictures(script: Path) -> None:
    notebook = jupytext.read(script.with_suffix(".ipynb"))
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]

    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [output for output in outputs if output.output_type == "error"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("script", PAIRED, ids=lambda path: path.stem)
def test_a_notebook_runs_against_a_registry(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = a_registry(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", settings.tracking_uri)
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOKS.parent))
    notebook = jupytext.read(script)

    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 6
