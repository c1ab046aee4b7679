"""The live view: a steady stream of applications, drifting after a while, until Ctrl-C."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import ExitStack

from rich.live import Live

from deploy.local.processes import LeashedProcess
from deploy.local.publisher import DRIFT, publish_poison
from deploy.local.running import Running
from deploy.local.view import live_view

_RATE = 50.0
_CLEAN, _DRIFTED = 2_500, 2_500
_REFRESH_SECONDS = 0.5


def run_live(running: Running) -> None:
    """Publish and show until the user has seen enough (KeyboardInterrupt)."""
    tick, phases = threading.Event(), _phases()
    with Live(console=running.console, screen=True, auto_refresh=False) as live, ExitStack() as now:
        phase, publishing = _next(running, phases, now)
        while not tick.wait(_REFRESH_SECONDS):
            running.check()
            if running.finished(publishing):
                phase, publishing = _next(running, phases, now)
            lags = {name: s.lag() for name, s in running.services.items() if name != "api"}
            live.update(
                live_view(running.tally, lags, phase=phase, address=running.address), refresh=True
            )


def _phases() -> Iterator[tuple[str, str | None, int, int]]:
    """What is published next: (what it is, drift scenario, how many are skipped, how many)."""
    for lap in itertools.count(1):
        again = "" if lap == 1 else f", lap {lap}"
        yield f"applications as trained on{again}", None, 0, _CLEAN
        yield f"applications with drift: {DRIFT}{again}", DRIFT, _CLEAN, _DRIFTED


def _next(
    running: Running, phases: Iterator[tuple[str, str | None, int, int]], now: ExitStack
) -> tuple[str, LeashedProcess]:
    now.close()
    phase, drift, skip, limit = next(phases)
    publishing = running.publisher.start(limit=limit, rate=_RATE, skip=skip, drift=drift)
    now.enter_context(publishing)
    publish_poison(running.kafka)
    return phase, publishing
