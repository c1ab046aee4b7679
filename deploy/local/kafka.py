"""The real Apache Kafka from wheels and pinned jars, for the demo, tests and benchmarks."""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn, Self

from deploy.local.kafka_jars import JarError
from deploy.local.kafka_listeners import SecureListeners
from deploy.local.kafka_node import KafkaNode, KafkaStartError, PortTakenError
from deploy.local.ports import free_port
from deploy.local.processes import LeashedProcess

QUICK_START = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Java flags for the shortest start; with 2 KB records no slower than the default ones."""
_REQUESTS_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class LocalKafka:
    """One Kafka node on loopback, of which nothing is left after `stop`.

    It dies with this process, however that ends. Data live in a temporary folder unless the caller
    names one. After a failed start or a crash the folder stays, for the log in it.
    """

    def __init__(
        self,
        *,
        folder: Path | None = None,
        port: int | None = None,
        jvm_flags: tuple[str, ...] = QUICK_START,
        start_timeout: float = 60.0,
        listeners: SecureListeners | None = None,
    ) -> None:
        """Choose where it will run; nothing is started or written yet.

        Args:
            folder: Keeps data and log over `stop`; a temporary folder, removed by `stop`, if None.
            port: The port for clients; a free one if None.
            jvm_flags: flags of the Java machine.
            start_timeout: Seconds until a node that does not answer is given up.
            listeners: Others beside the plain one, that ask who comes.
        """
        self._folder = folder
        self._port = port
        self._jvm_flags = jvm_flags
        self._start_timeout = start_timeout
        self._listeners = listeners
        self._node: KafkaNode | None = None
        self._process: LeashedProcess | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients, the same over restarts."""
        return self._require_node().bootstrap

    @property
    def log(self) -> Path:
        """What the node says of itself, warnings and worse."""
        return self._require_node().log

    @property
    def process(self) -> LeashedProcess:
        """The running node: to freeze, to thaw, or to wait for."""
        if self._process is None:
            raise RuntimeError("the local Kafka is not running")
        return self._process

    def start(self) -> None:
        """Start the node, or go on where `halt` left it; returns once it answers clients.

        Raises:
            JarError: Kafka's jars could not be fetched.
            KafkaStartError: The node ended, or did not answer in time.
        """
        if self._node is None:
            self._start_anew()
        elif self._process is None:
            self._process = self._node.start(self._start_timeout)

    def halt(self, *, kill: bool = False) -> None:
        """End the node but keep its data and ports for `start`; `kill` ends it as a crash does."""
        if self._process is not None:
            if kill:
                self._process.kill()
            else:
                self._process.stop()
            self._process = None

    def restart(self, *, kill: bool = False) -> None:
        """Down and up again on the same port with the same data."""
        self.halt(kill=kill)
        self.start()

    def stop(self) -> None:
        """End the node and remove its temporary folder unless it had crashed; harmless twice."""
        crashed = self._process is not None and self._process.exit_code is not None
        self.halt()
        if self._node is not None and not crashed:
            self._discard(self._node.folder)
        self._node = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _require_node(self) -> KafkaNode:
        if self._node is None:
            raise RuntimeError("the local Kafka has not been started")
        return self._node

    def _start_anew(self) -> None:
        folder = self._folder or Path(tempfile.mkdtemp(prefix="creditstream-kafka-"))
        try:
            self._node, self._process = self._start_on_free_ports(folder)
        except KafkaStartError:
            raise  # its log is in the folder
        except BaseException:
            self._discard(folder)
            raise

    def _start_on_free_ports(
        self, folder: Path, attempts: int = 3
    ) -> tuple[KafkaNode, LeashedProcess]:
        port = self._port or free_port()
        node = KafkaNode(folder, port, free_port(), self._jvm_flags, self._listeners)
        try:
            return node, node.start(self._start_timeout)
        except PortTakenError:
            if attempts == 1 or self._port is not None:
                raise
            return self._start_on_free_ports(folder, attempts - 1)

    def _discard(self, folder: Path) -> None:
        if folder != self._folder:
            shutil.rmtree(folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a node until Ctrl-C or a request to end; prints its address."""
    options = _parser().parse_args(arguments)
    for request in _REQUESTS_TO_END:
        signal.signal(request, _end)
    try:
        with LocalKafka(folder=options.folder, port=options.port) as kafka:
            sys.stdout.write(f"{kafka.bootstrap}\n")
            sys.stdout.flush()
            exit_code = kafka.process.wait()
            sys.stderr.write(f"Kafka ended with exit code {exit_code}: see {kafka.log}\n")
    except KeyboardInterrupt:
        return 0
    except (JarError, KafkaStartError) as error:
        sys.stderr.write(f"{error}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.kafka", description=main.__doc__)
    parser.add_argument("--port", type=int, default=9092, help="port for clients (default: 9092)")
    parser.add_argument("--folder", type=Path, help="keeps the data (default: a temporary one)")
    return parser


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    for request in _REQUESTS_TO_END:
        signal.signal(request, signal.SIG_IGN)  # a second Ctrl-C must not cut the orderly end short
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
