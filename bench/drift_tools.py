"""Other drift tools on the windows of ours: asked in turn, and what they find held against ours."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
import pandas as pd

from bench.peers.drift_answers import KINDS, REFERENCE, Answer, Kinds
from contracts.packing import FloatMatrix
from drift_monitor.columns import Column
from drift_monitor.comparison import Test
from drift_monitor.policy import Judged

_ROOT = Path(__file__).parents[1]
_PYTHON = _ROOT / ".venv-drift" / "bin" / "python"
_TOOLS = {"NannyML": "drift_nannyml", "Evidently": "drift_evidently"}
_QUIET = {"NML_DISABLE_USAGE_LOGGING": "1", "DO_NOT_TRACK": "1"}
"""Both would tell their makers what is done here, over the network."""

_SAME = 1e-9
_SAME_P = 0.01  # by an exact test and by an asymptotic one
_LOG_BYTES = 1_500


class ToolFailedError(RuntimeError):
    """A tool ended; the message has the end of its log."""


class OtherFindingsError(RuntimeError):
    """A tool found something else than we: its time would be that of other work."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that waits for windows."""

    name: str
    process: subprocess.Popen[str]
    log: Path

    def judge(self, window: str) -> Answer:
        """What it finds in the window of this name.

        Raises:
            ToolFailedError: it ended.
        """
        requests, answers = self._pipes()
        requests.write(f"{window}\n")
        requests.flush()
        if not (line := answers.readline()):
            end = self.log.read_text(errors="replace")[-_LOG_BYTES:]
            raise ToolFailedError(f"{self.name} ended:\n{end}")
        return msgspec.json.decode(line, type=Answer)

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        if self.process.stdin is None or self.process.stdout is None:
            raise ToolFailedError(f"{self.name} was started without pipes")
        return self.process.stdin, self.process.stdout


@contextmanager
def tools(
    columns: Sequence[Column], reference: FloatMatrix, windows: Mapping[str, FloatMatrix]
) -> Iterator[Sequence[Tool]]:
    """The tools, prepared on the reference; rare levels are pooled for them as they are for us."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="creditstream-drift-"))
        )
        for name, matrix in {REFERENCE: reference, **windows}.items():
            _frame(columns, matrix).to_parquet(folder / f"{name}.parquet")
        kinds = Kinds(
            tuple(one.name for one in columns if one.levels is None),
            tuple(one.name for one in columns if one.levels is not None),
        )
        (folder / KINDS).write_bytes(msgspec.json.encode(kinds))
        yield [stack.enter_context(_started(name, folder)) for name in _TOOLS]


@contextmanager
def _started(name: str, folder: Path) -> Iterator[Tool]:
    log = folder / f"{name}.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - our own command
            [_PYTHON, "-m", f"bench.peers.{_TOOLS[name]}", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(_ROOT), **_QUIET},
        ) as process,
    ):
        yield Tool(name, process, log)  # its input is closed behind us, and so it ends


def _frame(columns: Sequence[Column], matrix: FloatMatrix) -> pd.DataFrame:
    return pd.DataFrame(
        {
            column.name: values.astype(float)
            if column.levels is None
            else [_level(column.levels.name_of(value)) for value in values.tolist()]
            for column, values in zip(columns, matrix.T, strict=True)
        }
    )


def _level(name: str) -> str | None:
    return None if name == "missing" else name


def check(tool: str, answer: Answer, judged: Sequence[Judged]) -> None:
    """Hold a tool's figures against ours, test by test, where the tests are the same.

    Of a category with unseen levels they are not: we have a test of their own for those.

    Raises:
        OtherFindingsError: one differs.
    """
    for one in judged:
        comparison, name = one.comparison, one.column
        now = comparison.profiled.window
        pairs = {
            Test.KS: (
                (answer.ks.get(name), comparison.statistic, _SAME),
                (answer.ks_p.get(name), comparison.p_value, _SAME_P),
            ),
            Test.LEVELS: (
                (
                    None if now.unseen else answer.chi_squared.get(name),
                    comparison.statistic,
                    _SAME * max(1.0, comparison.statistic),
                ),
            ),
            Test.MISSING: ((answer.missing.get(name), now.missing_share, _SAME),),
        }
        for theirs, ours, tolerance in pairs.get(comparison.test, ()):
            if theirs is not None and not abs(theirs - ours) <= tolerance:
                raise OtherFindingsError(
                    f"{tool}: {name}, {comparison.test}: {theirs} and not {ours}"
                )
