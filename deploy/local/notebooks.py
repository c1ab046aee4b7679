"""Runs the notebooks on a demo of their own: `python -m deploy.local.notebooks`, `make notebooks`.

Each script in `notebooks/` is executed and written beside itself with its outputs. The data are
synthetic, so that no row of a real person is kept.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from rich.console import Console

from deploy.local.demo import running_demo
from deploy.local.kafka_jars import JarError
from deploy.local.kafka_node import KafkaStartError
from deploy.local.preparation import StepFailedError
from deploy.local.round import run_round
from deploy.local.services import ServiceFailedError

FOLDER = Path(__file__).parents[2] / "notebooks"
_SECONDS_A_CELL = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Execute all notebooks, or check that each is in step with its script."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.notebooks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare scripts and notebooks")
    console, options = Console(), parser.parse_args(arguments)
    if options.check:
        apart = [script.name for script in scripts() if not in_step(script)]
        for name in apart:
            console.print(f"notebooks/{name} is not what its .ipynb shows: run `make notebooks`")
        return int(bool(apart))
    try:
        return _run_all(console)
    except (StepFailedError, ServiceFailedError, JarError, KafkaStartError) as error:
        console.print(f"[red]✗[/] {error}", highlight=False)
    except CellExecutionError as error:
        console.print(f"[red]✗[/] a cell has failed\n{error}", markup=False)
    except KeyboardInterrupt:
        console.print("stopped")
    return 1


def scripts() -> Sequence[Path]:
    """The scripts of all notebooks, in order."""
    return sorted(FOLDER.glob("*.py"))


def in_step(script: Path) -> bool:
    """Whether a notebook is there and has the very cells of its script."""
    shown = script.with_suffix(".ipynb")
    return shown.exists() and _cells(jupytext.read(shown)) == _cells(jupytext.read(script))


def executed(script: Path, folder: Path, environment: Mapping[str, str]) -> NotebookNode:
    """The notebook of a script with its outputs.

    Args:
        script: in jupytext's percent format.
        folder: the kernel's working directory.
        environment: the kernel's variables.

    Raises:
        CellExecutionError: names the cell and the error.
    """
    notebook: NotebookNode = jupytext.read(script)
    client = NotebookClient(
        notebook,
        timeout=_SECONDS_A_CELL,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],
    )
    client.execute(env={**environment, "PYTHONPATH": str(FOLDER.parent)})
    return notebook


def _run_all(console: Console) -> int:
    with running_demo(console, None) as demo:
        if run_round(demo) != 0:
            return 1
        environment = {
            **demo.publisher.environment,
            "CREDITSTREAM_DATA": str(demo.publisher.source.folder),
            "CREDITSTREAM_API": demo.address,
        }
        for script in scripts():
            with console.status(script.stem):
                notebook = executed(script, FOLDER, environment)
            jupytext.write(notebook, script.with_suffix(".ipynb"))
            console.print(f"[green]✓[/] {script.stem}")
    return 0


def _cells(notebook: NotebookNode) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


if __name__ == "__main__":
    raise SystemExit(main())
