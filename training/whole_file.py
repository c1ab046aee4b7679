"""Files that are seen whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the file and put it in place at last; the folder is made where it lacks.

    The name beside it is of this call alone: two runs at once do not write into one file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
