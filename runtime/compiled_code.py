"""Keeps what numba compiles in a folder of the service's own, so that a restart need not compile.

What lies there is run as code, and numba reads it by pickle. So the folder is made for its owner
alone, one that others own or can write to is not used, and files that are not as they were written
are thrown away. Without a usable folder every process compiles for itself.
"""

import hashlib
import logging
import os
import stat
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec
import numba

logger = logging.getLogger(__name__)

_DIGESTS = "digests.json"
_OWNER_ALONE = 0o700


class Compiled(Protocol):
    """A function that numba compiles at its first call."""

    def enable_caching(self) -> None:
        """Look for its code in numba's folder, and keep it there."""


@contextmanager
def kept(folder: Path, *functions: Compiled) -> Iterator[None]:
    """What the functions compile inside is kept for the next process.

    `NUMBA_CACHE_DIR`, where it is set, is used in place of `folder`; all of a process share one.
    """
    place = Path(numba.config.CACHE_DIR or folder)
    ready = _made_ready(place, functions)
    yield
    if ready:
        _write_down(place)


def _made_ready(folder: Path, functions: Sequence[Compiled]) -> bool:
    """Whether the functions keep their code there; a full or shared disk only costs that."""
    try:
        if not _made_for_us_alone(folder):
            return False
        _throw_damaged_away(folder)
        numba.config.CACHE_DIR = str(folder)
        for function in functions:
            function.enable_caching()
    except (OSError, RuntimeError) as error:  # numba raises the latter where it cannot write
        logger.warning("compiled code is not kept: %s", error)
        return False
    return True


def _made_for_us_alone(folder: Path) -> bool:
    try:
        folder.mkdir(mode=_OWNER_ALONE, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        logger.warning("compiled code is not kept: %s", error)
        return False
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        logger.warning("compiled code is not kept: %s can be written by others", folder)
        return False
    return True


def _throw_damaged_away(folder: Path) -> None:
    """Files without their digest were cut short, damaged or put there by somebody else."""
    told = _told(folder / _DIGESTS)
    damaged = [path for path, digest in _digests(folder).items() if told.get(path) != digest]
    if damaged:
        logger.warning("%d files of %s are not as they were written", len(damaged), folder)
    for path in damaged:
        (folder / path).unlink(missing_ok=True)


def _told(path: Path) -> Mapping[str, str]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != _DIGESTS)
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _write_down(folder: Path) -> None:
    draft = folder / f"{_DIGESTS}.{uuid.uuid4().hex}"
    try:
        digests = msgspec.json.encode(_digests(folder))
        draft.write_bytes(digests)
        draft.replace(folder / _DIGESTS)
    except (OSError, RuntimeError) as error:
        logger.warning("compiled code is not kept: %s", error)
