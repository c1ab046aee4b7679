"""What a training run rested on: fingerprints of its inputs, code and libraries."""

import hashlib
import importlib.metadata
import subprocess
from collections.abc import Iterable
from pathlib import Path

_LIBRARIES = ("duckdb", "ibis-framework", "lightgbm", "numpy", "scikit-learn", "shap")
_ROOT = Path(__file__).parents[1]


def fingerprints(files: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 of each file, by its name."""
    return {path.name: _sha256(path) for path in sorted(files)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def library_versions() -> dict[str, str]:
    """The libraries that a model's numbers depend on."""
    return {name: importlib.metadata.version(name) for name in _LIBRARIES}


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
