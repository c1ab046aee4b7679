"""Everything of a demo that runs, for either way to look at it."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.console import Console

from deploy.local.processes import LeashedProcess
from deploy.local.publisher import Publisher
from deploy.local.services import RunningService, ServiceFailedError
from deploy.local.tally import Tally
from deploy.local.watcher import Watcher
from runtime.settings import KafkaSettings


@dataclass(frozen=True, slots=True)
class Running:
    """The parts, and waiting for what they do."""

    console: Console
    kafka: KafkaSettings
    services: Mapping[str, RunningService]
    watcher: Watcher
    publisher: Publisher

    @property
    def tally(self) -> Tally:
        """What was seen on the topics so far."""
        return self.watcher.tally

    @property
    def address(self) -> str:
        """Where the pages are."""
        return self.services["api"].address

    def check(self) -> None:
        """Raise where a part has ended that should run.

        Raises:
            ServiceFailedError: names it, with the end of its log.
        """
        self.watcher.check()
        for service in self.services.values():
            if service.process.exit_code is not None:
                raise ServiceFailedError(f"{service.name} has ended:\n{service.log_end()}")

    def wait_for(self, what: str, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until the condition holds, and say whether it did in time."""
        deadline, tick = time.monotonic() + seconds, threading.Event()
        with self.console.status(what):
            while not condition():
                self.check()
                if time.monotonic() > deadline:
                    self.console.print(f"[red]✗[/] {what}: not within {seconds:.0f} s")
                    return False
                tick.wait(0.1)
        self.console.print(f"[green]✓[/] {what}")
        return True

    def finished(self, publishing: LeashedProcess) -> bool:
        """Whether a publisher is done.

        Raises:
            ServiceFailedError: it has failed.
        """
        if publishing.exit_code:
            log = self.publisher.log.read_text(errors="replace")[-1000:]
            raise ServiceFailedError(f"publishing has failed:\n{log}")
        return publishing.exit_code == 0
