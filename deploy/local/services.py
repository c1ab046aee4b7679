"""Every service as a process of its own, started, watched and stopped together."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import free_port
from deploy.local.processes import LeashedProcess

_START_SECONDS = 120.0
_LOG_LINES = 15


@dataclass(frozen=True, slots=True)
class Spec:
    """How a service is started, and the prefix of its settings."""

    name: str
    arguments: tuple[str, ...]
    prefix: str
    port: int


SPECS = (
    Spec("scorer", ("scorer",), "SCORER_", 8001),
    Spec("explainer", ("explainer",), "EXPLAINER_", 8002),
    Spec("drift_monitor", ("drift_monitor",), "DRIFT_MONITOR_", 8003),
    Spec("projector", ("query_api", "projector"), "PROJECTOR_", 8004),
    Spec("api", ("query_api", "serve"), "QUERY_API_", 8000),
)


class ServiceFailedError(RuntimeError):
    """A service ended or did not become ready; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that has been started."""

    name: str
    process: LeashedProcess
    address: str
    log: Path

    def ready(self) -> bool:
        """Whether it says that it can take work.

        Raises:
            ServiceFailedError: its process has ended.
        """
        if (code := self.process.exit_code) is not None:
            raise ServiceFailedError(f"{self.name} ended with code {code}:\n{self.log_end()}")
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def lag(self) -> int:
        """Records that wait for it, from its metrics; 0 where it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.address}/metrics", timeout=2) as answer:  # noqa: S310
                text = answer.read().decode()
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return 0
        lines = (one for one in text.splitlines() if one.startswith("creditstream_consumer_lag"))
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))

    def log_end(self) -> str:
        """The last lines of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        return "\n".join(_message(line) for line in lines)


@contextmanager
def running_services(
    environment: Mapping[str, str], folder: Path
) -> Iterator[Mapping[str, RunningService]]:
    """All services, ready; stopped in reverse order at the end, however that comes.

    Raises:
        ServiceFailedError: one ended, or was not ready within two minutes.
    """
    with ExitStack() as stack:
        services = {
            spec.name: stack.enter_context(_started(spec, environment, folder)) for spec in SPECS
        }
        _wait_until_ready(services)
        yield services


@contextmanager
def _started(spec: Spec, environment: Mapping[str, str], folder: Path) -> Iterator[RunningService]:
    port = free_port(preferred=spec.port)
    own = {
        f"{spec.prefix}HTTP_PORT": str(port),
        f"{spec.prefix}STATE_DIR": str(folder / spec.name),
    }
    log = folder / f"{spec.name}.log"
    command = [sys.executable, "-m", *spec.arguments]
    with LeashedProcess(command, log=log, environment={**environment, **own}) as process:
        yield RunningService(spec.name, process, f"http://127.0.0.1:{port}", log)


def _wait_until_ready(services: Mapping[str, RunningService]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    waiting = list(services.values())
    while waiting := [service for service in waiting if not service.ready()]:
        if time.monotonic() > deadline:
            late = waiting[0]
            raise ServiceFailedError(f"{late.name} is not ready:\n{late.log_end()}")
        waiting[0].process.ended_within(0.2)


def _message(line: str) -> str:
    try:
        told = json.loads(line)
    except ValueError:
        return line
    return f"{told.get('level')} {told.get('message')} {told.get('exc_info', '')}"
