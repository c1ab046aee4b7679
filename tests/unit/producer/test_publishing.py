from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from contracts.application import LoanApplication
from contracts.codec import decode_application
from contracts.headers import envelope
from contracts.records import Headers, RawRecord
from contracts.topics import APPLICATIONS, HISTORIES, OUTCOMES, Topic
from producer.publishing import Clock, Sender, publish, scheduled
from runtime.producer import DeliveryFailedError, RecordTooLargeError
from tests.builders import a_history, an_application, some_applications
from tests.fakes import FakeBroker

_START = 1_700_000_000.0


@dataclass
class HandClock:
    """Moves when told to sleep, and by `takes` whenever it is looked at for a record."""

    time: float = _START
    naps: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(lambda: self.time, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds


@dataclass
class SlowSender:
    """Takes its time with every record."""

    hand: HandClock
    takes: Sequence[float]
    sent: list[float] = field(default_factory=list)
    flushes: int = 0

    def send(self, *_: object) -> None:
        self.sent.append(self.hand.time)
        self.hand.time += self.takes[min(len(self.sent), len(self.takes)) - 1]

    def flush_or_raise(self) -> None:
        self.flushes += 1


def _records(broker: FakeBroker, topic: Topic) -> list[RawRecord]:
    return sorted(broker.records(topic), key=lambda record: int(record.key or b"0"))


def test_event_is_keyed_by_its_application_and_bears_cloud_event_headers() -> None:
    broker = FakeBroker()
    applications = some_applications(3)
    hand = HandClock()
    count = publish(APPLICATIONS, applications, broker.producer("p"), clock=hand.clock())
    assert count == 3
    for application, record in zip(applications, _records(broker, APPLICATIONS), strict=True):
        assert record.key == str(application.SK_ID_CURR).encode()
        assert decode_application(record.value).application == application
        told = envelope(record, "loan.application.v1")
        assert told.time.timestamp() == _START
        headers = dict(record.headers)
        assert headers["ce_source"] == b"producer"
        assert headers["ce_subject"] == record.key


def test_every_event_has_an_id_and_a_trace_of_its_own() -> None:
    broker = FakeBroker()
    publish(APPLICATIONS, [an_application(1)] * 20, broker.producer("p"))
    told = [envelope(r, "loan.application.v1") for r in broker.records(APPLICATIONS)]
    assert len({one.event_id for one in told}) == len({one.trace_id for one in told}) == 20


def test_histories_go_to_their_topic_with_their_type() -> None:
    broker = FakeBroker()
    publish(HISTORIES, [a_history(7), a_history(8, None)], broker.producer("p"))
    assert [r.key for r in _records(broker, HISTORIES)] == [b"7", b"8"]
    assert all(envelope(record, "loan.history.v1").event_id for record in broker.records(HISTORIES))


def test_rate_is_held_by_sleeping_until_each_is_due() -> None:
    hand = HandClock()
    due = [at for _, at in scheduled(range_of(5), 10.0, hand.clock(), lambda: None)]
    assert due == pytest.approx([_START + n / 10 for n in range(5)])
    assert hand.naps == pytest.approx([0.1] * 4, rel=1e-4)


def test_schedule_does_not_wait_for_a_slow_receiver() -> None:
    """After a stall of one second the events that fell due meanwhile come without a pause."""
    hand = HandClock()
    sender = SlowSender(hand, takes=[0.0, 0.0, 1.0, 0.0])
    publish(APPLICATIONS, range_of(15), sender, rate=10.0, clock=hand.clock())
    offsets = [at - _START for at in sender.sent]
    assert offsets[:3] == pytest.approx([0.0, 0.1, 0.2])
    assert offsets[3:12] == pytest.approx([1.2] * 9)
    assert offsets[13:] == pytest.approx([1.3, 1.4])


def test_time_of_an_event_is_when_it_was_due_not_when_it_got_away() -> None:
    hand, broker = HandClock(), FakeBroker()
    fake = broker.producer("p")

    class Stalling:
        def send(self, topic: Topic, key: str, value: bytes | None, headers: Headers) -> None:
            hand.time += 5.0
            fake.send(topic, key, value, headers)

        def flush_or_raise(self) -> None:
            fake.flush_or_raise()

    publish(APPLICATIONS, range_of(3), Stalling(), rate=1.0, clock=hand.clock())
    times = [
        envelope(record, "loan.application.v1").time.timestamp() - _START
        for record in _records(broker, APPLICATIONS)
    ]
    assert times == pytest.approx([0.0, 1.0, 2.0])


def test_at_rate_zero_nothing_sleeps() -> None:
    hand = HandClock()
    publish(OUTCOMES, [], FakeBroker().producer("p"), clock=hand.clock())
    publish(APPLICATIONS, range_of(50), FakeBroker().producer("p"), clock=hand.clock())
    assert hand.naps == []


def test_confirmation_is_asked_for_about_once_a_second() -> None:
    hand = HandClock()
    sender = SlowSender(hand, takes=[0.0])
    publish(APPLICATIONS, range_of(41), sender, rate=10.0, clock=hand.clock())
    assert 4 <= sender.flushes <= 6


def test_broker_that_refuses_is_an_error_not_a_count() -> None:
    broker = FakeBroker(refuses=True)
    with pytest.raises(DeliveryFailedError):
        publish(APPLICATIONS, range_of(2), broker.producer("p"))


def test_record_above_the_limit_is_refused_and_those_before_it_are_delivered() -> None:
    broker = FakeBroker()
    huge = a_history(2, [1.5] * 300_000)
    with pytest.raises(RecordTooLargeError, match=r"loan\.histories.*key b'2'"):
        publish(HISTORIES, [a_history(1), huge, a_history(3)], broker.producer("p"))
    assert [record.key for record in broker.records(HISTORIES)] == [b"1"]


def test_progress_is_told_of_every_record() -> None:
    steps: list[int] = []
    sender: Sender = FakeBroker().producer("p")
    publish(APPLICATIONS, range_of(7), sender, advance=steps.append)
    assert sum(steps) == 7


def range_of(count: int) -> list[LoanApplication]:
    return [an_application(id_) for id_ in range(1, count + 1)]
