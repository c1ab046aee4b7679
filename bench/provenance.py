"""Where figures come from: machine, versions, commit, command."""

import datetime as dt
import functools
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.results import Run

_ROOT = Path(__file__).parents[1]
_LIBRARIES = (
    "confluent-kafka",
    "duckdb",
    "faust-streaming",
    "ibis-framework",
    "lightgbm",
    "msgspec",
    "numba",
    "shap",
)
_PEERS = {
    ".venv-bench": (
        "bytewax",
        "confluent-kafka",
        "faststream",
        "pathway",
        "polars",
        "quixstreams",
    ),
    ".venv-drift": ("evidently", "nannyml"),
}
_GIB = 1024**3


def this_run(*, command: str, quick: bool, seconds: float) -> Run:
    """The provenance of what has just been measured."""
    return Run(
        at=dt.datetime.now(dt.UTC).isoformat(timespec="minutes"),
        command=command,
        commit=_commit(),
        machine=_machine(),
        versions={"python": platform.python_version(), **_versions(), **_peer_versions()},
        quick=quick,
        seconds=round(seconds, 1),
    )


@functools.cache
def _commit() -> str:
    """The commit, marked where the working tree differs from it; unknown outside a clone.

    It is looked up once, before results are written: those make the tree differ.
    """
    told = ("git", "describe", "--always", "--dirty", "--abbrev=12")
    asked = subprocess.run(told, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return asked.stdout.strip() or "unknown"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    cores, model = os.cpu_count(), _processor()
    return f"{model}, {cores} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def _processor() -> str:
    """The processor's name, where the system tells it."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _LIBRARIES}


def _peer_versions() -> dict[str, str]:
    """The versions beside ours, told by the peers' own environments."""
    return {
        f"peers: {name}": folder.name.removesuffix(".dist-info").rsplit("-", 1)[1]
        for environment, names in _PEERS.items()
        for name in names
        for folder in _packages(environment).glob(f"{name.replace('-', '_')}-*.dist-info")
    }


def _packages(environment: str) -> Path:
    return _ROOT / environment / "lib" / "python3.11" / "site-packages"
