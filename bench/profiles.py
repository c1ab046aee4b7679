"""Where the time of scorer and explainer goes under load, as py-spy samples it."""

import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.contestants import PEERS_PYTHON
from bench.latency import everything, warm_up
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage

_PREFIX = "profile-"
_HERTZ = 200
_BACKLOG_SECONDS = 10_000  # more a second than any service does
_SHOWN = 14
_PACKAGES = ("contracts/", "runtime/", "scorer/", "explainer/")


def measure(stage: Stage, scale: Scale) -> Findings:
    """A profile of each while both work on a backlog.

    Raises:
        CalledProcessError: py-spy may not look at the process.
    """
    tables, figures = [], {}
    with everything(stage, _PREFIX) as services:
        warm_up(stage, _PREFIX)
        stage.publish_backlog(_PREFIX, 2 * scale.profile_seconds * _BACKLOG_SECONDS)
        for name in ("scorer", "explainer"):
            stage.say(f"{scale.profile_seconds} s of the {name}")
            stacks = _record(services[name].process.pid, stage.folder, name, scale.profile_seconds)
            tables.append(_table(name, stacks))
            figures[f"{name}: share in our own code"] = _own_share(stacks)
    stage.delete_topics(_PREFIX)
    return Findings(tables=tables, figures=figures)


def _record(pid: int, folder: Path, name: str, seconds: int) -> Counter[tuple[str, ...]]:
    """Samples by stack, outermost frame first; threads that wait are left out."""
    path = folder / f"{name}.stacks"
    command = [
        str(PEERS_PYTHON.with_name("py-spy")),
        "record",
        f"--pid={pid}",
        f"--duration={seconds}",
        f"--rate={_HERTZ}",
        "--format=raw",
        "--nonblocking",
        f"--output={path}",
    ]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
    stacks: Counter[tuple[str, ...]] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        stack, count = line.rsplit(" ", 1)
        stacks[tuple(stack.split(";"))] += int(count)
    return stacks


def _table(name: str, stacks: Counter[tuple[str, ...]]) -> Table:
    """The functions at the top of the stacks, and ours that called them."""
    total = stacks.total()
    spent: Counter[tuple[str, str]] = Counter()
    for stack, count in stacks.items():
        spent[_function(stack[-1]), _caller(stack)] += count
    shares = [(of, 100 * count / total) for of, count in spent.most_common(_SHOWN)]
    return Table(
        name=f"profile-{name}",
        title=f"Where the {name}'s time goes",
        about=f"{total:,} samples by py-spy under a backlog, waiting threads left out; the "
        "function that was running and the innermost one of ours that it ran for",
        rows=[
            {"running": running, "for": caller, "share": f"{share:.1f} %"}
            for (running, caller), share in shares
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="% of the samples",
            series={name: _by_running(shares)},
        ),
    )


def _by_running(
    shares: Sequence[tuple[tuple[str, str], float]],
) -> list[tuple[str, float]]:
    """The shares by the function that was running, whatever for; the name alone, to fit a chart."""
    summed: dict[str, float] = {}
    for (running, _), share in shares:
        name = running.partition(" (")[0].partition(".<locals>")[0]
        summed[name] = summed.get(name, 0.0) + share
    return sorted(summed.items(), key=lambda one: -one[1])


def _function(frame: str) -> str:
    """A frame as `function (file)`; py-spy tells `function (path:line)`."""
    function, _, place = frame.partition(" (")
    file = place.rstrip(")").rsplit(":", 1)[0]
    return f"{function} ({'/'.join(Path(file).parts[-2:])})"


def _caller(stack: Sequence[str]) -> str:
    ours = (frame for frame in reversed(stack) if _is_ours(frame))
    return _function(next(ours, stack[0]))


def _is_ours(frame: str) -> bool:
    return "site-packages" not in frame and any(name in frame for name in _PACKAGES)


def _own_share(stacks: Counter[tuple[str, ...]]) -> float:
    ours = sum(count for stack, count in stacks.items() if _is_ours(stack[-1]))
    return ours / stacks.total()
