import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from contracts.errors import Reason
from contracts.records import RawRecord
from runtime.intake import refuse
from runtime.service import Health, Service


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health("test", stall_seconds=60, clock=clock)


def test_a_service_is_ready_when_every_condition_holds(health: Health) -> None:
    health.require("model", "no model yet")
    health.require("starting", None)
    assert health.unready() == {"model": "no model yet"}
    health.require("model", None)
    assert not health.unready()


def test_a_loop_that_stands_still_is_not_alive(health: Health, clock: Clock) -> None:
    clock.now = 61
    assert "has not turned" in (health.stalled() or "")


def test_turning_without_progress_while_there_is_lag_is_not_alive(
    health: Health, clock: Clock
) -> None:
    for clock.now in range(62):
        health.turned(lag=5)
    assert "5 records waiting" in (health.stalled() or "")
    health.moved()
    assert health.stalled() is None


def test_turning_without_work_is_alive(health: Health, clock: Clock) -> None:
    for clock.now in range(300):
        health.turned(lag=0)
    assert health.stalled() is None


def test_a_paused_service_is_alive_and_not_ready(health: Health, clock: Clock) -> None:
    health.require("starting", None)
    health.pause(paused=True, why="3 in a row")
    for clock.now in range(300):
        health.turned(lag=5)
    assert health.stalled() is None
    assert health.unready() == {"dead letters": "3 in a row"}


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service("test", host="127.0.0.1", port=0, stall_seconds=60, dead_letter_limit=2)
    service.start()
    yield service
    service.close()


def _ask(service: Service, path: str, method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{service.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_readiness_says_what_is_missing(service: Service) -> None:
    status, body = _ask(service, "/readyz")
    assert status == 503
    assert json.loads(body)["reasons"] == {"starting": "the service is starting"}
    service.health.require("starting", None)
    assert _ask(service, "/readyz")[0] == 200


def test_liveness_metrics_and_unknown_paths(service: Service) -> None:
    assert _ask(service, "/healthz")[0] == 200
    assert "creditstream_ready" in _ask(service, "/metrics")[1]
    assert _ask(service, "/nothing")[0] == 404
    assert _ask(service, "/nothing", "POST")[0] == 404


def test_too_many_dead_letters_pause_until_an_operator_resumes(service: Service) -> None:
    service.health.require("starting", None)
    records = [RawRecord("loan.applications", 0, o, None, b"") for o in range(2)]
    service.limit.observe(records, [refuse(r, "test", Reason.EMPTY, "") for r in records])
    assert service.check_pause()
    assert "POST /resume" in _ask(service, "/readyz")[1]
    assert _ask(service, "/resume", "POST")[0] == 200
    assert not service.check_pause()
    assert _ask(service, "/readyz")[0] == 200


def test_a_resume_that_comes_while_the_pause_is_told_ends_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.health.require("starting", None)
    records = [RawRecord("loan.applications", 0, o, None, b"") for o in range(2)]
    service.limit.observe(records, [refuse(r, "test", Reason.EMPTY, "") for r in records])
    resuming, pause = threading.Thread(target=service.resume), service.health.pause

    def pause_late(*, paused: bool, why: str = "") -> None:
        if paused:
            resuming.start()
            resuming.join(0.2)  # without a lock it is through by then
        pause(paused, why)

    monkeypatch.setattr(service.health, "pause", pause_late)
    service.check_pause()
    resuming.join(5)
    assert not service.check_pause()
    assert not service.health.unready()
