"""One active monitor: whoever holds the state folder; others with the same folder stand by.

Windows are over all partitions, so two monitors would each see a part of them.
"""

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.service import Health

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5


@contextmanager
def held(folder: Path, health: Health, stopping: threading.Event) -> Iterator[bool]:
    """Hold the folder, waiting for it if need be; false where the wait ended by stopping.

    The lock is the kernel's: it falls with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        while not (mine := _taken(lock.fileno())) and not stopping.is_set():
            health.require("standby", f"another monitor is active on {folder}")
            health.turned(lag=0)
            stopping.wait(_LOOK_SECONDS)
        health.require("standby", None)
        yield mine


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
