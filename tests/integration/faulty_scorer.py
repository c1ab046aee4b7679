"""The scorer with a fault, for tests of what outlives it: `python faulty_scorer.py FAULT [ID]`."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from scorer.__main__ import main
from scorer.publishing import Publisher
from scorer.scoring import BatchScorer


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_on(application_id: int) -> None:
    """Let one application end the process, as a fault in native code would."""
    score = BatchScorer.score

    def deadly(self: BatchScorer, applied: Any, *rest: Any) -> Any:
        if any(application_id == one.application.SK_ID_CURR for one in applied):
            _die()
        return score(self, applied, *rest)

    _replace(BatchScorer, "score", deadly)


def fail_on(application_id: int) -> None:
    """Let one application raise an unexpected error."""
    score = BatchScorer.score

    def failing(self: BatchScorer, applied: Any, *rest: Any) -> Any:
        if any(application_id == one.application.SK_ID_CURR for one in applied):
            raise ZeroDivisionError("a bug in the scoring")
        return score(self, applied, *rest)

    _replace(BatchScorer, "score", failing)


def die_before_publishing(_: int) -> None:
    """Kill the process with a batch scored and nothing of it sent."""
    _replace(Publisher, "send", lambda *_: _die())


def die_after_publishing(_: int) -> None:
    """Kill the process with a batch confirmed by the broker and not committed."""
    confirm = Publisher.confirm

    def deadly(self: Publisher, batch: Any) -> None:
        confirm(self, batch)
        _die()

    _replace(Publisher, "confirm", deadly)


def _replace(owner: type, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)


if __name__ == "__main__":
    faults = (die_on, fail_on, die_before_publishing, die_after_publishing)
    {fault.__name__: fault for fault in faults}[sys.argv[1]](int(sys.argv[2]))
    sys.exit(main())
