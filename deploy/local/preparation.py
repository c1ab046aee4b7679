"""What the demo needs before anything flows: data, a model, topics, histories."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.console import Console

_APPLICANTS = 17_000
_TEST_SHARE = 0.3
_HELD_OUT = 3_100  # training rows: as many as the drifted part streams, and some to spare
_SEED = 20_261
_QUICK = ("--folds", "3", "--learning-rate", "0.1", "--measure")  # a little AUC for minutes
_DEMO = ("--by", "the demo")
_ANY_DATA = ("--override", "a demo lends to nobody")  # other data may give no fair model
_OVERRIDDEN = "overridden: "
_LOG_LINES = 15


class StepFailedError(RuntimeError):
    """A step of the preparation failed; the message holds the end of its output."""


@dataclass(frozen=True, slots=True)
class Source:
    """Applications that the model has not seen, as arguments of `producer applications`.

    Attributes:
        folder: the Kaggle folder.
        arguments: name the folder and what of it is streamed.
        fresh: whether there are enough for the drifted part to be other applicants than the clean
            part; otherwise the same ones apply again.
    """

    folder: Path
    arguments: tuple[str, ...]
    fresh: bool

    @property
    def outcomes(self) -> Path:
        """The file that tells what became of every applicant that is streamed."""
        truth = self.folder / "truth.csv"
        return truth if self.fresh else next(self.folder.glob("application_train.csv*"))


@dataclass(frozen=True, slots=True)
class Steps:
    """Runs our own commands one after the other, each with its output in one log."""

    console: Console
    folder: Path
    environment: Mapping[str, str]

    def run(self, says: str, arguments: Sequence[str]) -> list[str]:
        """Run `python -m` with these arguments; returns the lines that it said.

        Raises:
            StepFailedError: it ended with another code than 0.
        """
        log = self.folder / f"{arguments[0]}-{arguments[1]}.log"
        with self.console.status(says), log.open("wb") as output:
            ended = subprocess.run(  # noqa: S603 - our own commands
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                check=False,
            )
        lines = log.read_text(errors="replace").splitlines()
        if ended.returncode != 0:
            end = "\n".join(lines[-_LOG_LINES:])
            raise StepFailedError(f"{' '.join(arguments)} ended with {ended.returncode}:\n{end}")
        self.console.print(f"[green]✓[/] {says}")
        return lines


def prepare(steps: Steps, data: Path | None) -> Source:
    """Train a champion, create the topics, publish the histories.

    Without `data` a synthetic folder is made, whose test rows are as its training rows, and whose
    model has to pass the gate. With it, training rows held out at random are streamed: the
    competition's test rows have truly drifted. What the gate then holds against the model is said.
    """
    folder = data or _synthesize(steps)
    histories = steps.folder / "histories.parquet"
    tolerant = ("--allow-missing-tables", "--allow-missing-columns") if data else ()
    steps.run(
        "history features of every applicant",
        ("training", "histories", "--data", str(folder), "--out", str(histories), *tolerant),
    )
    ids = steps.folder / "held_out_ids.txt"
    held_out = ("--holdout-share", _share(data), "--holdout-ids", str(ids)) if data else ()
    from_folder = ("--data", str(folder), "--histories", str(histories), *tolerant)
    let_through = _ANY_DATA if data else ()
    said = steps.run(
        "a calibrated model, cross-validated, registered as champion",
        ("training", "train", *_QUICK, *_DEMO, *let_through, *from_folder, *held_out),
    )
    for words in (line for line in said if line.startswith(_OVERRIDDEN)):
        steps.console.print(f"the gate is {words}", style="yellow", markup=False)
    steps.run("topics and their dead letters", ("runtime", "topics", "apply"))
    steps.run(
        "histories on their compacted topic", ("producer", "histories", "--from", str(histories))
    )
    if data:
        listed = ("--split", "train", "--ids", str(ids), "--shuffle", *tolerant[1:])
        return Source(folder, ("--data", str(folder), *listed), fresh=False)
    return Source(folder, ("--data", str(folder), "--split", "test"), fresh=True)


def _share(folder: Path) -> str:
    """The share of the training rows that are held out.

    Raises:
        StepFailedError: there is no such table, or too few rows to train on the others.
    """
    try:
        path = next(path for path in folder.glob("application_train.csv*"))
        rows = len(pd.read_csv(path, usecols=["SK_ID_CURR"]))
    except (StopIteration, ValueError, OSError, EOFError) as error:
        raise StepFailedError(f"{folder}: no application_train.csv that can be read") from error
    if rows < 2 * _HELD_OUT:
        raise StepFailedError(f"{path}: {rows:,} rows; the demo needs {2 * _HELD_OUT:,}")
    return f"{_HELD_OUT / rows:.6f}"


def _synthesize(steps: Steps) -> Path:
    folder = steps.folder / "data"
    sizes = ("--applicants", str(_APPLICANTS), "--test-share", str(_TEST_SHARE))
    steps.run(
        f"{_APPLICANTS:,} synthetic applicants in the seven Kaggle tables",
        ("producer", "synthesize", "--out", str(folder), *sizes, "--seed", str(_SEED)),
    )
    return folder
