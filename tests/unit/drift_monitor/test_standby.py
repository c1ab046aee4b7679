"""A state folder has one holder; the next one waits for it, unready and alive."""

import threading
from pathlib import Path

from drift_monitor.standby import held
from runtime.service import Health
from tests.waiting import wait_until


def test_the_second_waits_until_the_first_lets_go(tmp_path: Path) -> None:
    second = Health("second", stall_seconds=60)
    taken, done = threading.Event(), threading.Event()

    def stand_by() -> None:
        with held(tmp_path, second, threading.Event()) as mine:
            if mine:
                taken.set()
            done.wait()

    thread = threading.Thread(target=stand_by)
    with held(tmp_path, Health("first", stall_seconds=60), threading.Event()) as mine:
        assert mine
        thread.start()
        wait_until(lambda: "standby" in second.unready(), 10, "the second to say why it waits")
        assert f"another monitor is active on {tmp_path}" in second.unready()["standby"]
        assert not taken.is_set()
        assert second.stalled() is None
    assert taken.wait(10)
    assert "standby" not in second.unready()
    done.set()
    thread.join()


def test_a_stop_ends_the_wait_without_the_folder(tmp_path: Path) -> None:
    stopping = threading.Event()
    stopping.set()
    first, second = Health("first", stall_seconds=60), Health("second", stall_seconds=60)
    with (
        held(tmp_path, first, threading.Event()),
        held(tmp_path, second, stopping) as mine,
    ):
        assert not mine
