"""What a training run rested on: fingerprints of its inputs, code and libraries."""

import hashlib
import importlib.metadata
import platform
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

_LIBRARIES = ("duckdb", "ibis-framework", "lightgbm", "numpy", "scikit-learn", "shap")
_ROOT = Path(__file__).parents[1]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who made a model, and by what.

    Attributes:
        by: the person or the machine's user that ran the training.
        code: the commit.
        python: its version.
        machine: the processor and the operating system.
        libraries: those that a model's numbers depend on, with their versions.
    """

    by: str
    code: str
    python: str
    machine: str
    libraries: Mapping[str, str]


def origin(by: str) -> Origin:
    """The origin of what is made here and now."""
    return Origin(
        by=by,
        code=code_version(),
        python=platform.python_version(),
        machine=f"{platform.machine()}, {platform.system()}",
        libraries=library_versions(),
    )


def fingerprints(files: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 of each file, by its name."""
    return {path.name: _sha256(path) for path in sorted(files)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def library_versions() -> dict[str, str]:
    """The libraries that a model's numbers depend on."""
    return {name: importlib.metadata.version(name) for name in _LIBRARIES}


def differences(recorded: Mapping[str, str], found: Mapping[str, str]) -> tuple[str, ...]:
    """What is not as it was recorded, in words, by name.

    >>> differences({"a": "1", "b": "2"}, {"a": "1", "c": "3"})
    ('b: 2 then, none now', 'c: none then, 3 now')
    """
    names = sorted(recorded.keys() | found.keys())
    pairs = {name: (recorded.get(name, "none"), found.get(name, "none")) for name in names}
    return tuple(f"{name}: {a} then, {b} now" for name, (a, b) in pairs.items() if a != b)


def code_version() -> str:
    """The commit that runs, "+" where files differ from it; "unknown" outside a repository."""
    commit, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    if commit is None:
        return "unknown"
    return commit + ("+" if changes else "")


def _git(*arguments: str) -> str | None:
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed command
            ["git", "-C", str(_ROOT), *arguments],  # noqa: S607 - git is where PATH says
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def requirements() -> Path | None:
    """The lock file of the environment, where the code runs from its repository."""
    lock = _ROOT / "requirements.lock"
    return lock if lock.is_file() else None
