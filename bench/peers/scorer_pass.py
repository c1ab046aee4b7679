"""The scorer's own transport, loop and commits around nothing: records pass through as they are."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from bench.peers.assignment import Assignment, read_assignment
from bench.peers.work import IDLE_WORK, Output, Work
from contracts.events import LoanScored
from contracts.topics import Topic
from runtime.crash_guard import Attempt, CrashGuard
from runtime.producer import Producer
from runtime.service import Service, serving
from runtime.settings import KafkaSettings, load_settings
from scorer.agents import Histories, ScoringAgent
from scorer.app import create_app, quiet_logs
from scorer.history_feed import HistoryFeed
from scorer.publishing import Processed, Publisher
from scorer.scoring import BatchScorer, ScoredBatch
from scorer.settings import ScorerSettings
from scorer.worker import Worker


@dataclass(frozen=True, slots=True)
class Passed(Processed):
    """Records on their way through."""

    outputs: tuple[Output, ...] = ()


class Forwarder:
    """Publishes what passes through, as the scorer publishes scores."""

    def __init__(self, kafka: KafkaSettings, target: str) -> None:
        self._producer = Producer(kafka, "scorer")
        self._topic = Topic(target.removeprefix(kafka.topic_prefix), LoanScored)

    def send(self, batch: Iterable[Passed]) -> None:
        """Hand over every record, in order, without waiting."""
        for passed in batch:
            for output in passed.outputs:
                self._producer.send(self._topic, output.key, output.value, output.headers)

    def confirm(self, _batch: Iterable[Passed]) -> None:
        """Return once the broker has confirmed all that was sent."""
        self._producer.flush_or_raise()


class PassingAgent(ScoringAgent):
    """The scorer's loop, in which nothing is done to a record."""

    work: Work = staticmethod(IDLE_WORK["pass"])

    def _process(self, attempt: Attempt) -> Passed:
        with self._guard.guarded(attempt):
            outputs = tuple(self.work(attempt.records))
        self._service.limit.observe(attempt.records, ())
        return Passed((), ScoredBatch(), (), outputs)


class ReadView:
    """In place of the history feed: nothing is read, and so all has been."""

    caught_up = True

    def run(self) -> None:
        """Return at once."""
        self.caught_up = True

    def stop(self) -> None:
        """Nothing runs."""
        self.caught_up = True


class NoModels:
    """In place of the registry: no model comes."""

    def take_new(self) -> None:
        """None came."""
        return


def run(assignment: Assignment, settings: ScorerSettings, service: Service) -> None:
    """The scorer as `scorer.running` puts it together, but for model, histories and output."""
    assignment.state.mkdir(parents=True, exist_ok=True)
    agent = PassingAgent(
        service=service,
        scorer=cast(BatchScorer, None),
        models=NoModels(),
        histories=cast(Histories, None),
        publisher=cast(Publisher, Forwarder(settings.kafka, assignment.target)),
        guard=CrashGuard(assignment.state / "attempts.json", excuses=(OSError,)),
    )
    agent.work = IDLE_WORK[assignment.mode]
    app = create_app(settings, agent)
    asyncio.run(Worker(service, cast(HistoryFeed, ReadView()), agent, app).run())


if __name__ == "__main__":
    configured = load_settings(ScorerSettings)
    with serving("scorer", configured) as started:
        quiet_logs()
        run(read_assignment(), configured, started)
