"""A service to the outside: health that judges progress, metrics, resuming, a graceful stop."""

import json
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from runtime import metrics
from runtime.dead_letters import DeadLetterLimit
from runtime.logs import configure_logging
from runtime.settings import ServiceSettings

logger = logging.getLogger(__name__)


class Health:
    """Readiness is that every condition holds; liveness is progress while there is work.

    A process that answers is not alive by that alone: its loop must turn, and while there is lag
    the processed position must move. Paused by an operator's business, it is alive and not ready.
    """

    def __init__(
        self,
        service: str,
        stall_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service, self._stall_seconds, self._clock = service, stall_seconds, clock
        self._missing: dict[str, str] = {"starting": "the service is starting"}
        self._turned_at = self._moved_at = clock()
        self._lag = 0
        self._paused = False
        metrics.READY.labels(service).set(0)
        metrics.PAUSED.labels(service).set(0)

    def require(self, condition: str, why_not: str | None) -> None:
        """State a condition of readiness: None where it holds, else why it does not."""
        if why_not is None:
            self._missing.pop(condition, None)
        elif self._missing.get(condition) != why_not:
            self._missing[condition] = why_not
            logger.warning("not ready: %s", why_not)
        metrics.READY.labels(self._service).set(not self._missing)

    def turned(self, lag: int) -> None:
        """The loop went round, with or without records."""
        self._turned_at = self._clock()
        if lag == 0:
            self._moved_at = self._turned_at
        self._lag = lag

    def moved(self) -> None:
        """Records were processed and committed."""
        self._moved_at = self._clock()

    def pause(self, paused: bool, why: str = "") -> None:  # noqa: FBT001
        """Enter or leave the pause after too many dead letters."""
        self._paused = paused
        self.require("dead letters", why if paused else None)
        metrics.PAUSED.labels(self._service).set(paused)

    def unready(self) -> Mapping[str, str]:
        """The conditions that do not hold, with why; empty means ready."""
        return dict(self._missing)

    def stalled(self) -> str | None:
        """Why the service counts as dead, None while it is alive."""
        now = self._clock()
        if (standing := now - self._turned_at) > self._stall_seconds:
            return f"the loop has not turned for {standing:.0f} s"
        standing = now - self._moved_at
        if self._lag > 0 and not self._paused and standing > self._stall_seconds:
            return f"no progress for {standing:.0f} s with {self._lag} records waiting"
        return None


class Service:
    """What every service process has besides its work.

    `/healthz` and `/readyz` answer 200 or 503 with the reason, `/metrics` is for Prometheus, and
    `POST /resume` ends the pause after too many dead letters. SIGTERM and SIGINT set `stopping`.
    """

    def __init__(
        self, name: str, *, host: str, port: int, stall_seconds: float, dead_letter_limit: int
    ) -> None:
        self.name = name
        self.health = Health(name, stall_seconds)
        self.limit = DeadLetterLimit(dead_letter_limit)
        self.stopping = threading.Event()
        self._pausing = threading.Lock()  # else a resume could fall between a look and its telling
        self._server = ThreadingHTTPServer((host, port), _handler(self))
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """The port that was taken."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Answer on the port, from a thread of its own."""
        logger.info("%s answers on port %d", self.name, self.port)
        threading.Thread(target=self._server.serve_forever, name="http", daemon=True).start()

    def stop_on_signals(self) -> None:
        """Finish the batch and leave on SIGTERM and SIGINT; call from the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())

    def close(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()

    def check_pause(self) -> bool:
        """Whether the service is held by too many dead letters; says so by readiness and metric."""
        with self._pausing:
            if self.limit.paused:
                why = f"{self.limit.in_row} dead letters in a row: POST /resume goes on"
                self.health.pause(paused=True, why=why)
            return self.limit.paused

    def resume(self) -> None:
        """Go on after a pause."""
        logger.info("resumed")
        with self._pausing:
            self.limit.resume()
            self.health.pause(paused=False)


@contextmanager
def serving(name: str, settings: ServiceSettings) -> Iterator[Service]:
    """A service that logs, answers on its port and stops on signals; call from the main thread."""
    configure_logging(name, settings.log_level)
    service = Service(
        name,
        host=settings.http_host,
        port=settings.http_port,
        stall_seconds=settings.stall_seconds,
        dead_letter_limit=settings.dead_letter_limit,
    )
    metrics.watch_disk(name, settings.state_dir)
    service.stop_on_signals()
    service.start()
    try:
        yield service
    finally:
        service.close()


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, generate_latest(), CONTENT_TYPE_LATEST)
            elif self.path == "/healthz":
                stalled = service.health.stalled()
                self._state(alive=stalled is None, reasons={"stalled": stalled} if stalled else {})
            elif self.path == "/readyz":
                unready = service.health.unready()
                self._state(alive=not unready, reasons=unready)
            else:
                self._answer(404, b'{"status": "not found"}', "application/json")

        def do_POST(self) -> None:
            if self.path == "/resume":
                service.resume()
                self._answer(200, b'{"status": "resumed"}', "application/json")
            else:
                self._answer(404, b'{"status": "not found"}', "application/json")

        def _state(self, *, alive: bool, reasons: Mapping[str, str]) -> None:
            body = {"status": "ok" if alive else "unavailable", "reasons": reasons}
            self._answer(200 if alive else 503, json.dumps(body).encode(), "application/json")

        def _answer(self, status: int, body: bytes, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            logger.debug(format, *args)

    return Handler
