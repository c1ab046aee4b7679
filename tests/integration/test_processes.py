"""A leashed process ends when it is told to, and when whoever started it is gone."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.processes import LeashedProcess
from tests.waiting import wait_until

_ROOT = Path(__file__).parents[2]
_FAMILY = ["/bin/sh", "-c", "sleep 60 & echo $!; wait"]
_STUBBORN = ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 60; done"]


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _said(log: Path) -> str:
    return wait_until(log.read_text, 5, f"{log} stays empty").strip()


def test_stop_ends_the_whole_family(tmp_path: Path) -> None:
    with LeashedProcess(_FAMILY, log=tmp_path / "log") as parent:
        child = int(_said(tmp_path / "log"))

    assert parent.exit_code == -signal.SIGTERM
    wait_until(lambda: not _is_running(child), 5, "the child lives on")


def test_what_ignores_the_request_is_killed_after_the_grace(tmp_path: Path) -> None:
    process = LeashedProcess(_STUBBORN, log=tmp_path / "log")
    assert _said(tmp_path / "log") == "ready"

    process.stop(grace=0.2)

    assert process.exit_code == -signal.SIGKILL


def test_a_frozen_process_still_obeys_stop(tmp_path: Path) -> None:
    process = LeashedProcess(["sleep", "60"], log=tmp_path / "log")
    process.freeze()

    process.stop()

    assert process.exit_code == -signal.SIGTERM


def test_an_exit_of_its_own_is_seen_with_its_output_and_environment(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with LeashedProcess(
        ["/bin/sh", "-c", "echo $WORD >&2; exit 7"], log=log, environment={"WORD": "hello"}
    ) as process:
        assert process.wait() == 7
    assert log.read_text() == "hello\n"


def test_a_command_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-command"):
        LeashedProcess(["no-such-command"], log=tmp_path / "log")


def test_the_death_of_the_owner_ends_the_family(tmp_path: Path) -> None:
    log = tmp_path / "log"
    owner_code = (
        "import os, pathlib, signal\n"
        "from deploy.local.processes import LeashedProcess\n"
        f"LeashedProcess({_FAMILY!r}, log=pathlib.Path({str(log)!r}))\n"
        f"while not pathlib.Path({str(log)!r}).read_text(): pass\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    owner = subprocess.run([sys.executable, "-c", owner_code], cwd=_ROOT, check=False, timeout=20)

    assert owner.returncode == -signal.SIGKILL
    child = int(_said(log))
    wait_until(lambda: not _is_running(child), 5, "the child outlives its owner")
