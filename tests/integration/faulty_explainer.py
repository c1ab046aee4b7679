"""The explainer with a fault, for tests of what outlives it: `python faulty_explainer.py FAULT`."""

import os
import signal
import sys
from collections.abc import Sequence

from contracts.records import RawRecord
from explainer import running
from runtime.consumer import Consumer


class DyingConsumer(Consumer):
    """Kills the process with a batch confirmed by the broker and not committed."""

    def commit(self, records: Sequence[RawRecord]) -> None:
        """Die if there is anything to commit."""
        if records:
            os.kill(os.getpid(), signal.SIGKILL)


def die_before_commit() -> None:
    """Let the first commit end the process."""
    running.Consumer = DyingConsumer  # type: ignore[attr-defined]


if __name__ == "__main__":
    {"die_before_commit": die_before_commit}[sys.argv[1]]()
    sys.exit(running.start())
