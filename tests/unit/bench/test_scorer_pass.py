from pathlib import Path
from typing import Any, cast

import pytest

from bench.peers.scorer_pass import PassingAgent
from contracts.records import RawRecord
from runtime.crash_guard import Attempt, CrashGuard
from runtime.dead_letters import DeadLetterLimit

RECORDS = [RawRecord("in", 0, offset, b"key", b"value") for offset in range(3)]


class Service:
    """What the passing agent touches of a service."""

    def __init__(self) -> None:
        self.limit = DeadLetterLimit(5)


class Agent(PassingAgent):
    """Passes records on, as the loop asks it to."""

    def __init__(self, notes: Path) -> None:
        self.service, self.guard = Service(), CrashGuard(notes)
        missing = cast(Any, None)
        super().__init__(
            service=cast(Any, self.service),
            scorer=missing,
            models=missing,
            histories=missing,
            publisher=missing,
            guard=self.guard,
        )

    def passed(self) -> int:
        return len(self._process(Attempt(RECORDS)).outputs)


def test_records_pass_under_the_crash_guard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise ZeroDivisionError

    agent = Agent(tmp_path / "notes.json")
    assert agent.passed() == len(RECORDS)
    assert [a.alone for a in agent.guard.attempts(RECORDS)] == [False]
    monkeypatch.setattr(agent, "work", fails)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            agent.passed()
    assert [a.alone for a in agent.guard.attempts(RECORDS)] == [True] * len(RECORDS)


def test_records_that_pass_end_a_row_of_dead_letters(tmp_path: Path) -> None:
    agent = Agent(tmp_path / "notes.json")
    agent.service.limit.in_row = 4
    agent.passed()
    assert agent.service.limit.in_row == 0
