"""A process of ours that never outlives us: the ground under the local Kafka and the demo."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

_KILL_ON_HANG_UP = 'cat > /dev/null; kill -s KILL -- "-$1" 2> /dev/null'


class LeashedProcess:
    """A command in a process group of its own, which dies with us even if we are killed with -9.

    A Ctrl-C in our terminal does not reach it: its end is ours to order. A shell beside it reads a
    pipe whose other end is ours; when we are gone, however that came, it kills the group.
    """

    def __init__(
        self, command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start the command; its output is appended to `log`."""
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - commands are our own
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        try:
            self._leash = _leash(self._process.pid)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    @property
    def pid(self) -> int:
        """The process id, which is its process group's too."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Block until it ends by itself, and give its exit code."""
        return self._process.wait()

    def ended_within(self, seconds: float) -> bool:
        """Wait at most so long for its end; False if it still runs then."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.exit_code is not None

    def freeze(self) -> None:
        """Stop its clock: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        self._signal(signal.SIGCONT)

    def stop(self, grace: float = 15.0) -> None:
        """Ask it to end, kill its group after `grace` seconds; afterwards nothing of it is left."""
        self._signal(signal.SIGTERM)
        self.thaw()  # a frozen process does not see the request
        self.ended_within(grace)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._leash.kill()
        self._leash.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _signal(self, number: signal.Signals) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)


def _leash(group: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a constant script and a number
        ["/bin/sh", "-c", _KILL_ON_HANG_UP, "leash", str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
