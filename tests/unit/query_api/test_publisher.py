"""Many requests, one thread into Kafka: each is told of its own fate."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from contracts.records import Headers
from contracts.topics import APPLICATIONS, Topic
from query_api.publisher import Publisher
from query_api.submission import Submission, submission
from runtime.producer import DeliveryFailedError, RecordTooLargeError
from tests.fakes import FakeBroker
from tests.published import NOON


class GatedProducer:
    """A producer whose flush waits until it is let go; counts its flushes."""

    def __init__(self, broker: FakeBroker) -> None:
        self._producer = broker.producer("query_api")
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.flushes = 0

    def send(
        self, topic: Topic, key: str | bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        self._producer.send(topic, key, value, headers)

    def flush_or_raise(self) -> None:
        self.entered.set()
        assert self.gate.wait(5)
        self.flushes += 1
        self._producer.flush_or_raise()


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def producer(broker: FakeBroker) -> GatedProducer:
    return GatedProducer(broker)


@pytest.fixture
def publisher(producer: GatedProducer) -> Iterator[Publisher]:
    made = Publisher(producer)
    yield made
    producer.gate.set()
    made.close()


def _submission(application_id: int = 1, padding: int = 0) -> Submission:
    return submission(b'{"SK_ID_CURR": %d%s}' % (application_id, b" " * padding), NOON)


def test_it_is_done_only_when_the_broker_has_confirmed(
    broker: FakeBroker, producer: GatedProducer, publisher: Publisher
) -> None:
    done = publisher.publish(_submission())
    assert producer.entered.wait(5)
    assert not done.done()
    producer.gate.set()
    done.result(5)
    assert [record.key for record in broker.records(APPLICATIONS)] == [b"1"]


def test_what_waits_goes_as_one_burst(
    broker: FakeBroker, producer: GatedProducer, publisher: Publisher
) -> None:
    waiting: list[Future[None]] = [publisher.publish(_submission())]
    assert producer.entered.wait(5)
    waiting += [publisher.publish(_submission(number)) for number in range(2, 50)]
    producer.gate.set()
    for done in waiting:
        done.result(5)
    assert len(broker.records(APPLICATIONS)) == 49
    assert producer.flushes == 2


def test_a_failed_delivery_reaches_who_waits(
    broker: FakeBroker, producer: GatedProducer, publisher: Publisher
) -> None:
    broker.refuses = True
    producer.gate.set()
    with pytest.raises(DeliveryFailedError):
        publisher.publish(_submission()).result(5)
    broker.refuses = False
    publisher.publish(_submission()).result(5)


def test_one_that_is_too_large_harms_no_other(
    producer: GatedProducer, publisher: Publisher
) -> None:
    producer.gate.set()
    large = publisher.publish(_submission(padding=APPLICATIONS.max_message_bytes))
    small = publisher.publish(_submission())
    with pytest.raises(RecordTooLargeError):
        large.result(5)
    small.result(5)


def test_a_request_that_went_away_before_its_turn_is_not_sent(
    broker: FakeBroker, producer: GatedProducer, publisher: Publisher
) -> None:
    first = publisher.publish(_submission(1))
    assert producer.entered.wait(5)
    gone = publisher.publish(_submission(2))
    assert gone.cancel()
    producer.gate.set()
    first.result(5)
    publisher.publish(_submission(3)).result(5)
    assert {record.key for record in broker.records(APPLICATIONS)} == {b"1", b"3"}
