"""Every notebook is in step with its script, is kept with its pictures, and runs on small data."""

import os
from collections.abc import Sequence
from pathlib import Path

import jupytext
import pytest

from deploy.local.notebooks import executed, in_step, main, scripts
from runtime.settings import MlflowSettings
from tests.notebooks import pictures

NEEDS_A_CHAIN = "05_scores"  # it runs in tests/e2e, where the services are


def names(paths: Sequence[Path]) -> list[str]:
    return [path.stem for path in paths]


def test_there_are_five_notebooks_in_step_with_their_scripts() -> None:
    assert [name[:2] for name in names(scripts())] == ["01", "02", "03", "04", "05"]
    assert main(["--check"]) == 0


def test_a_script_that_was_changed_is_out_of_step(tmp_path: Path) -> None:
    script = tmp_path / "one.py"
    script.write_text("# %%\nprint(1)\n")
    assert not in_step(script)

    jupytext.write(jupytext.read(script), script.with_suffix(".ipynb"))
    assert in_step(script)

    script.write_text("# %%\nprint(2)\n")
    assert not in_step(script)


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.stem)
def test_a_notebook_is_committed_with_its_pictures(script: Path) -> None:
    notebook = jupytext.read(script.with_suffix(".ipynb"))
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]

    assert pictures(notebook) >= 2
    assert not [output for output in outputs if output.output_type == "error"]


@pytest.mark.parametrize(
    "script",
    [path for path in scripts() if path.stem != NEEDS_A_CHAIN],
    ids=lambda path: path.stem,
)
def test_a_notebook_runs_on_small_data(
    script: Path, kaggle: Path, trained: MlflowSettings, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "CREDITSTREAM_DATA": str(kaggle),
        "MLFLOW_TRACKING_URI": trained.tracking_uri,
    }

    assert pictures(executed(script, tmp_path, environment)) >= 2
