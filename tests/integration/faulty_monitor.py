"""The drift monitor, killed at a named point: `python faulty_monitor.py POINT TIMES`.

It dies when it comes to the point for that many times.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from drift_monitor.__main__ import main
from drift_monitor.performance.board import Board
from drift_monitor.publishing import Publisher
from drift_monitor.store import Store
from runtime.consumer import Consumer

POINTS: dict[str, tuple[type, str, bool]] = {
    "after_ledger": (Board, "take", True),
    "before_save": (Store, "save", False),
    "after_save": (Store, "save", True),
    "before_report": (Publisher, "publish_reports", False),
    "after_report": (Publisher, "publish_reports", True),
    "before_commit": (Consumer, "commit", False),
    "after_commit": (Consumer, "commit", True),
}
"""Owner and name of a function, and whether death comes after it or before it."""


def arm(point: str, times: int) -> None:
    """Let the process die at the point."""
    owner, name, after = POINTS[point]
    function: Callable[..., Any] = getattr(owner, name)
    count = itertools.count(1)

    def deadly(*arguments: Any) -> None:
        dies = next(count) == times
        if after or not dies:
            function(*arguments)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


if __name__ == "__main__":
    where, how_often = sys.argv.pop(1), int(sys.argv.pop(1))
    arm(where, how_often)
    sys.exit(main())
