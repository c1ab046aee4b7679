from pathlib import Path
from typing import Any, cast

import pytest

from runtime.service import Service
from scorer import running
from scorer.settings import ScorerSettings


class Part:
    """Stands for any part of the scorer; notes in which order parts are started and ended."""

    steps: list[str]
    name = "scorer"

    def __init__(self, *_: Any, **__: Any) -> None:
        self.state_dir = Path("never-made")

    def __getattr__(self, _: str) -> "Part":
        return self

    def __truediv__(self, _: str) -> "Part":
        return self

    def load_first(self) -> None:
        """No model is needed."""

    def start(self) -> None:
        self.steps.append("start")

    def stop(self) -> None:
        self.steps.append("stop")

    def close(self) -> None:
        self.steps.append("close")


class Failing(Part):
    async def run(self) -> None:
        self.steps.append("run")
        raise ConnectionError("Kafka is away")


def test_an_error_ends_the_watching_of_models_and_closes_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Part.steps = []
    names = "ModelRegistry ModelWatcher HistoryStore HistoryFeed Publisher Producer BatchScorer"
    for name in [*names.split(), "ScoringAgent", "CrashGuard", "create_app"]:
        monkeypatch.setattr(running, name, Part)
    monkeypatch.setattr(running, "Worker", Failing)
    with pytest.raises(ConnectionError):
        running.run(cast(ScorerSettings, Part()), cast(Service, Part()))
    assert Part.steps == ["start", "run", "stop", "close"]
