import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from faust.streams import Stream

from contracts.application import LoanApplication
from contracts.codec import decode, encode
from contracts.errors import Reason
from contracts.events import LoanScored
from contracts.packing import FloatMatrix, unpack
from contracts.records import Headers
from contracts.topics import APPLICATIONS, SCORES, Topic
from runtime.crash_guard import Attempt, CrashGuard
from runtime.model_bundle import ModelBundle
from runtime.producer import DeliveryFailedError
from runtime.service import Service
from runtime.settings import KafkaSettings
from scorer.agents import ScoringAgent, raw_record
from scorer.publishing import Publisher
from scorer.scoring import BatchScorer, History
from tests.builders import a_bundle, an_application
from tests.fakes import FakeBroker, FakeProducer
from tests.waiting import wait_until

LETTERS = APPLICATIONS.dead_letters("scorer")


@dataclass
class Message:
    """What aiokafka and Faust make of a record."""

    value: bytes | None
    offset: int
    topic: str = APPLICATIONS.name
    partition: int = 0
    key: bytes | None = None
    headers: list[tuple[str, bytes]] | None = None
    timestamp: float | None = 1_700_000_000.125


@dataclass
class Event:
    message: Message
    steps: list[str]

    def ack(self) -> None:
        self.steps.append(f"ack {self.message.offset}")


@dataclass
class App:
    """What the agent touches of a Faust application and its consumer."""

    steps: list[str]
    rebalancing: bool = False
    unacked: set[str] = field(default_factory=set)

    @property
    def consumer(self) -> "App":
        return self

    async def commit(self) -> None:
        self.steps.append("commit")


@dataclass
class Batches:
    """A stream that hands over these batches and ends."""

    batches: Sequence[Sequence[Event]]
    app: App

    async def noack_take(self, _size: int, within: float) -> AsyncIterator[Sequence[Event]]:
        assert within > 0
        for batch in self.batches:
            yield batch


class TellingProducer(FakeProducer):
    """Notes what it is asked to do."""

    def __init__(self, broker: FakeBroker, steps: list[str]) -> None:
        super().__init__(broker, "scorer")
        self._steps = steps

    def send(
        self, topic: Topic, key: str | bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        self._steps.append(f"send to {topic.name}")
        super().send(topic, key, value, headers)

    def flush_or_raise(self) -> None:
        super().flush_or_raise()
        self._steps.append("confirmed")


class NoHistories:
    def lookup(self, application_ids: Sequence[int]) -> list[History | None]:
        return [None] * len(application_ids)


@dataclass
class Alias:
    new: ModelBundle | None = None

    def take_new(self) -> ModelBundle | None:
        new, self.new = self.new, None
        return new


@dataclass
class Stand:
    """An agent among fakes; `steps` tells what it did, in order."""

    folder: Path
    bundle: ModelBundle
    broker: FakeBroker = field(default_factory=FakeBroker)
    steps: list[str] = field(default_factory=list)
    models: Alias = field(default_factory=Alias)

    def __post_init__(self) -> None:
        self.service = Service(
            "scorer", host="127.0.0.1", port=0, stall_seconds=60, dead_letter_limit=4
        )
        self.app = App(self.steps)
        self.guard = CrashGuard(self.folder / "attempts.json")
        self.agent = ScoringAgent(
            service=self.service,
            scorer=BatchScorer(self.bundle),
            models=self.models,
            histories=NoHistories(),
            publisher=Publisher(
                TellingProducer(self.broker, self.steps), KafkaSettings(), "scorer"
            ),
            guard=self.guard,
        )

    def batch(self, *values: bytes | LoanApplication | None, first: int = 0) -> list[Event]:
        encoded = [encode(v) if isinstance(v, LoanApplication) else v for v in values]
        return [Event(Message(value, first + at), self.steps) for at, value in enumerate(encoded)]

    async def take(self, *batches: Sequence[Event]) -> None:
        stream = cast(Stream[Any], Batches(batches, self.app))
        await self.agent.score_applications(stream, 10, 0.05)

    def scores(self) -> list[LoanScored]:
        return [decode(record.value, LoanScored) for record in self.broker.records(SCORES)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def stand(tmp_path: Path, bundle: ModelBundle) -> Iterator[Stand]:
    stand = Stand(tmp_path, bundle)
    yield stand
    stand.service._server.server_close()


def test_offsets_are_acked_and_committed_after_the_output_is_confirmed(stand: Stand) -> None:
    asyncio.run(stand.take(stand.batch(an_application(1), b"{", an_application(2))))
    assert stand.steps == [
        "send to loan.scores",
        "send to loan.scores",
        "send to loan.applications.scorer.dlq",
        "confirmed",
        "ack 0",
        "ack 1",
        "ack 2",
        "commit",
    ]
    assert {one.application_id for one in stand.scores()} == {1, 2}


def test_nothing_is_acked_if_the_broker_does_not_confirm(stand: Stand) -> None:
    stand.broker.refuses = True
    with pytest.raises(DeliveryFailedError):
        asyncio.run(stand.take(stand.batch(an_application(1))))
    assert stand.steps == ["send to loan.scores"]


def test_a_poison_message_is_dead_lettered_and_does_not_block_the_partition(stand: Stand) -> None:
    asyncio.run(stand.take(stand.batch(None, b"", b"\xff", an_application(3))))
    reasons = [dict(record.headers)["dlq_reason"] for record in stand.broker.records(LETTERS)]
    assert reasons == [b"tombstone", b"empty", b"not_utf8"]
    assert [one.application_id for one in stand.scores()] == [3]


def test_a_record_that_ended_the_process_alone_is_dead_lettered_unprocessed(stand: Stand) -> None:
    events = stand.batch(an_application(1), an_application(2), an_application(3))
    records = [raw_record(cast(Any, event)) for event in events]
    for attempt in (Attempt(records), Attempt(records[1:2], alone=True)):
        for _ in range(3):
            with pytest.raises(MemoryError), stand.guard.guarded(attempt):
                raise MemoryError
    asyncio.run(stand.take(events))
    assert {one.application_id for one in stand.scores()} == {1, 3}
    letter = stand.broker.records(LETTERS)[0]
    assert dict(letter.headers)["dlq_reason"] == Reason.CRASH.encode()
    assert letter.value == encode(an_application(2))
    one_by_one = [step for step in stand.steps if step.startswith(("ack", "commit"))]
    assert one_by_one == ["ack 0", "commit", "ack 1", "commit", "ack 2", "commit"]


def test_a_model_is_swapped_between_batches(stand: Stand, tmp_path: Path) -> None:
    other = a_bundle(tmp_path / "other", seed=8)
    asyncio.run(stand.take(stand.batch(an_application(1))))
    stand.models.new = other
    stand.agent.take_new_model()
    asyncio.run(stand.take(stand.batch(an_application(1), first=1)))
    before, after = stand.scores()
    assert before.raw_score != after.raw_score
    assert after.raw_score == other.raw_scores(_row(stand.bundle, after))[0]


def test_too_many_dead_letters_hold_the_agent_until_it_is_resumed(stand: Stand) -> None:
    async def until_held() -> None:
        bad, good = stand.batch(*[b"{"] * 4), stand.batch(an_application(5), first=4)
        taking = asyncio.create_task(stand.take(bad, good))
        await _until(lambda: "dead letters" in stand.service.health.unready(), "the pause")
        stand.app.unacked.add("the event behind the batch")
        stand.app.rebalancing = True
        await _until(lambda: not stand.app.unacked, "the event to be given back")
        assert stand.scores() == []
        stand.service.resume()
        await taking

    asyncio.run(until_held())
    assert [one.application_id for one in stand.scores()] == [5]


def test_a_faust_event_becomes_the_record_that_lay_in_kafka() -> None:
    message = Message(b"v", 7, partition=3, key=b"k", headers=[("a", b"1"), ("a", b"2")])
    record = raw_record(cast(Any, Event(message, [])))
    assert (record.topic, record.partition, record.offset) == (APPLICATIONS.name, 3, 7)
    assert (record.key, record.value, record.timestamp_ms) == (b"k", b"v", 1_700_000_000_125)
    assert record.headers == (("a", b"1"), ("a", b"2"))


async def _until(condition: Callable[[], bool], message: str) -> None:
    await asyncio.to_thread(wait_until, condition, 10, message)


def _row(bundle: ModelBundle, scored: LoanScored) -> FloatMatrix:
    return unpack(scored.features, len(bundle.manifest.features))[None, :]
