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
from contracts.records import Headers, RawRecord
from contracts.topics import APPLICATIONS, SCORES, Topic
from runtime.crash_guard import Attempt, CrashGuard
from runtime.model_bundle import ModelBundle
from runtime.producer import DeliveryFailedError
from runtime.service import Service
from runtime.settings import KafkaSettings
from scorer.agents import ScoringAgent
from scorer.publishing import Publisher
from scorer.scoring import BatchScorer, History
from tests.builders import a_bundle, an_application
from tests.fakes import FakeBroker, FakeProducer
from tests.waiting import wait_until

LETTERS = APPLICATIONS.dead_letters("scorer")


@dataclass
class Event:
    """A ticket that draws these records, and its ack."""

    records: Sequence[RawRecord]
    steps: list[str]

    @property
    def value(self) -> "Event":
        return self

    def draw(self) -> "Event":
        return self

    def ack(self) -> None:
        offsets = [record.offset for record in self.records]
        self.steps.append(f"ack {offsets}")


@dataclass
class App:
    """What the agent touches of a Faust application and its consumer."""

    steps: list[str]

    @property
    def consumer(self) -> "App":
        return self

    async def commit(self) -> None:
        self.steps.append("commit")

    async def crash(self, error: Exception) -> None:
        self.steps.append(f"crash {type(error).__name__}")


@dataclass
class Events:
    """A stream that hands over these events and ends."""

    given: Sequence[Event]
    app: App

    async def events(self) -> AsyncIterator[Event]:
        for event in self.given:
            yield event


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
        self.guard = CrashGuard(self.folder / "attempts.json", until_done=True)
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

    def batch(self, *values: bytes | LoanApplication | None, first: int = 0) -> Event:
        encoded = [encode(v) if isinstance(v, LoanApplication) else v for v in values]
        records = [
            RawRecord(APPLICATIONS.name, 0, first + at, None, value, (), 1_700_000_000_125)
            for at, value in enumerate(encoded)
        ]
        return Event(records, self.steps)

    async def take(self, *batches: Event) -> None:
        await self.agent.score_applications(cast(Stream[Any], Events(batches, self.app)))
        await self.agent.confirmed()

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


def test_offsets_are_acked_after_the_output_is_confirmed(stand: Stand) -> None:
    asyncio.run(stand.take(stand.batch(an_application(1), b"{", an_application(2))))
    assert stand.steps == [
        "send to loan.scores",
        "send to loan.scores",
        "send to loan.applications.scorer.dlq",
        "confirmed",
        "ack [0, 1, 2]",
    ]
    assert {one.application_id for one in stand.scores()} == {1, 2}


def test_nothing_is_acked_if_the_broker_does_not_confirm(stand: Stand) -> None:
    stand.broker.refuses = True
    with pytest.raises(DeliveryFailedError):
        asyncio.run(stand.take(stand.batch(an_application(1))))
    assert stand.steps == ["send to loan.scores", "crash DeliveryFailedError"]


def test_a_batch_is_sent_when_the_one_before_is_confirmed(stand: Stand) -> None:
    asyncio.run(stand.take(stand.batch(an_application(1)), stand.batch(an_application(2), first=1)))
    first, second = (["send to loan.scores", "confirmed", f"ack [{at}]"] for at in range(2))
    assert stand.steps == first + second


def test_nothing_is_sent_after_a_batch_that_was_not_confirmed(stand: Stand) -> None:
    stand.broker.refuses = True
    with pytest.raises(DeliveryFailedError):
        asyncio.run(
            stand.take(stand.batch(an_application(1)), stand.batch(an_application(2), first=1))
        )
    assert stand.steps == ["send to loan.scores", "crash DeliveryFailedError"]


def test_a_fetch_that_a_rebalance_emptied_is_acked(stand: Stand) -> None:
    asyncio.run(stand.take(stand.batch()))
    assert stand.steps == ["confirmed", "ack []"]


def test_a_poison_message_is_dead_lettered_and_does_not_block_the_partition(stand: Stand) -> None:
    asyncio.run(stand.take(stand.batch(None, b"", b"\xff", an_application(3))))
    reasons = [dict(record.headers)["dlq_reason"] for record in stand.broker.records(LETTERS)]
    assert reasons == [b"tombstone", b"empty", b"not_utf8"]
    assert [one.application_id for one in stand.scores()] == [3]


def test_a_record_that_ended_the_process_alone_is_dead_lettered_unprocessed(stand: Stand) -> None:
    event = stand.batch(an_application(1), an_application(2), an_application(3))
    records = event.records
    for attempt in (Attempt(records), Attempt(records[1:2], alone=True)):
        for _ in range(3):
            with pytest.raises(MemoryError), stand.guard.guarded(attempt):
                raise MemoryError
    asyncio.run(stand.take(event))
    assert {one.application_id for one in stand.scores()} == {1, 3}
    letter = stand.broker.records(LETTERS)[0]
    assert dict(letter.headers)["dlq_reason"] == Reason.CRASH.encode()
    assert letter.value == encode(an_application(2))


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
        assert stand.steps[-2:] == ["ack [0, 1, 2, 3]", "commit"]
        assert stand.scores() == []
        stand.service.resume()
        await taking

    asyncio.run(until_held())
    assert [one.application_id for one in stand.scores()] == [5]


async def _until(condition: Callable[[], bool], message: str) -> None:
    await asyncio.to_thread(wait_until, condition, 10, message)


def _row(bundle: ModelBundle, scored: LoanScored) -> FloatMatrix:
    return unpack(scored.features, len(bundle.manifest.features))[None, :]


def test_what_condemned_a_record_is_forgotten_once_its_batch_is_confirmed(stand: Stand) -> None:
    poison = stand.batch(an_application(1))
    for attempt in (Attempt(poison.records), Attempt(poison.records, alone=True)):
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), stand.guard.guarded(attempt):
                raise ZeroDivisionError
    assert [a.condemned for a in stand.guard.attempts(poison.records)] == [True]
    asyncio.run(stand.take(poison))
    assert len(stand.broker.records(LETTERS)) == 1
    assert [a.alone for a in stand.guard.attempts(poison.records)] == [False]


def test_a_score_that_cannot_be_written_is_found_and_its_record_condemned(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(scored: LoanScored) -> bytes:
        if scored.application_id == 2:
            raise ZeroDivisionError
        return encode(scored)

    monkeypatch.setattr("scorer.publishing.encode", failing)
    event = stand.batch(an_application(1), an_application(2), an_application(3))
    for _ in range(6):  # three times as a batch, three times alone
        with pytest.raises(ZeroDivisionError):
            asyncio.run(stand.take(event))
    assert stand.steps == []
    asyncio.run(stand.take(event))
    assert {one.application_id for one in stand.scores()} == {1, 3}
    [letter] = stand.broker.records(LETTERS)
    assert letter.value == encode(an_application(2))
    assert dict(letter.headers)["dlq_reason"] == Reason.CRASH.encode()
