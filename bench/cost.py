"""What a command takes; run as a program of its own, so that the caller's memory is not counted."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

_ROOT = Path(__file__).parents[1]


class Cost(msgspec.Struct, frozen=True):
    """Seconds on the wall and of all processors, and the most memory, in bytes."""

    wall: float
    processor: float
    memory: int


class CommandFailedError(RuntimeError):
    """A command ended with an error; the message has the end of what it wrote."""


def cost_of(module: str, *arguments: str, variables: Mapping[str, str] | None = None) -> Cost:
    """Run a module of the product, from its start to its end, with these variables besides ours.

    Raises:
        CommandFailedError: it failed.
    """
    command = [sys.executable, "-m", module, *arguments]
    watched = [sys.executable, "-m", "bench.cost", *command]
    done = subprocess.run(  # noqa: S603
        watched,
        cwd=_ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, **(variables or {})},
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-2000:]
        raise CommandFailedError(f"{' '.join(command)}:\n{said}")
    return msgspec.json.decode(done.stdout, type=Cost)


def _main() -> int:
    """Run the command line's command; its cost to standard output, what it says to the other."""
    began = time.perf_counter()
    done = subprocess.run(sys.argv[1:], stdout=sys.stderr, check=False)  # noqa: S603 - the caller's
    wall, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
    sys.stdout.buffer.write(msgspec.json.encode(cost))
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(_main())
