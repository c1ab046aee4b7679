"""What a record passed through costs by confluent-kafka alone, read and sent as the scorer does."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from bench.contest import Backlog, cpu_seconds
from bench.peers.assignment import BATCH, consumer_settings, producer_settings
from bench.results import Chart, Table
from bench.timing import Spread
from contracts.records import RawRecord
from runtime.consumer import raw_record
from runtime.lean import set_aside

_FETCH, _READ, _HAND_OVER, _WAIT = "fetch", "read, headers and all", "hand over", "wait"
_PYTHON = (_FETCH, _READ, _HAND_OVER, _WAIT)
_CLIENT, _KAFKA = "client's own threads", "Kafka"
_PARTS = (*_PYTHON, _CLIENT, _KAFKA)
_SMALL = 100


@dataclass(frozen=True, slots=True)
class Form:
    """How much of a record goes out again."""

    name: str
    headers: bool
    value_bytes: int | None


WHOLE = Form("whole", headers=True, value_bytes=None)
FORMS = (
    WHOLE,
    Form("without headers", headers=False, value_bytes=None),
    Form(f"{_SMALL} bytes of it, without headers", headers=False, value_bytes=_SMALL),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of a core that a record took, by part, over the rounds."""

    parts: Mapping[str, Spread]

    @property
    def python(self) -> float:
        """What one thread of Python does, and no second one beside it."""
        return sum(self.parts[name].median for name in _PYTHON)

    @property
    def whole(self) -> float:
        """What all threads do, Kafka's included."""
        return sum(each.median for each in self.parts.values())


def measure_floor(backlog: Backlog, rounds: int) -> Mapping[Form, Cost]:
    """Every form in turn over the whole backlog: no commit, no second thread, no error looked at.

    Only processor time is told, which depends little on what else the machine has to do.
    """
    set_aside()
    found: dict[Form, list[Mapping[str, float]]] = {form: [] for form in FORMS}
    for number in range(rounds):
        for form in FORMS[:: 1 if number % 2 == 0 else -1]:
            found[form].append(_passed(backlog, form))
    return {form: _cost(each) for form, each in found.items()}


def floor_table(costs: Mapping[Form, Cost]) -> Table:
    """One row a part and one column a form; below them what such a loop can do at most."""
    rows = [
        {"\u00b5s of a core a record": part}
        | {form.name: cost.parts[part].text(1) for form, cost in costs.items()}
        for part in _PARTS
    ]
    series = {
        form.name: [(part, cost.parts[part].median) for part in _PARTS]
        for form, cost in costs.items()
    }
    return Table(
        name="throughput-floor",
        title="What the client alone takes to pass a record through",
        about="fetch, read, hand over, wait for the broker, without commits, a second thread or "
        "a look at errors, by how much of the record goes out again; median (least to greatest)",
        rows=rows,
        chart=Chart(kind="bars", x="", y="\u00b5s of a core a record", series=series),
    )


def floor_note(costs: Mapping[Form, Cost], faust: float, cores: int) -> str:
    """What follows for passing through: the most that a loop over this client can reach here.

    Args:
        costs: the floor.
        faust: events a second that an agent as Faust documents it passed through in this run.
        cores: of this machine.
    """
    said = [
        f"{form.name}: {1e6 / cost.python:,.0f} a second by one thread of Python, "
        f"{cores * 1e6 / cost.whole:,.0f} by {cores} cores that never wait, Kafka among them; "
        f"{min(1 / cost.python, cores / cost.whole) * 1e6 / faust:.1f} times Faust"
        for form, cost in costs.items()
    ]
    return (
        "A record passes through whole, as it lies in Kafka: key, value and all headers. A loop "
        "that reads and sends so, with these settings, passes on at most the smaller of two "
        "figures, of which the ratio is given; it is reckoned, not reached. "
        f"{'; '.join(said)}. What remains beside it is the scorer's own loop: its order of "
        "commits, its notes against crashes, the size of every record checked before it is sent, "
        "and threads that hand over to one another."
    )


def floor_figures(costs: Mapping[Form, Cost]) -> dict[str, float]:
    """By name, for the result."""
    return {
        f"floor, {form.name}: {part}, us": each.median
        for form, cost in costs.items()
        for part, each in cost.parts.items()
    }


def _cost(rounds: Sequence[Mapping[str, float]]) -> Cost:
    return Cost({part: Spread(tuple(1e6 * each[part] for each in rounds)) for part in _PARTS})


def _passed(backlog: Backlog, form: Form) -> Mapping[str, float]:
    """Processor seconds that a record took, by part."""
    stage, target = backlog.stage, f"{backlog.prefix}floor"
    stage.create_target(target, backlog.partitions)
    consumer = Consumer(consumer_settings(stage.bootstrap, "bench-floor"))
    consumer.assign([TopicPartition(backlog.topic, at, 0) for at in range(backlog.partitions)])
    producer = Producer(producer_settings(stage.bootstrap))
    kafka, process = cpu_seconds(stage.kafka_process), time.process_time()
    spent = _loop(backlog.count, consumer, producer, partial(_hand_over, producer, target, form))
    client = time.process_time() - process - sum(spent.values())
    kafka = cpu_seconds(stage.kafka_process) - kafka
    consumer.close()
    stage.delete_topics(target)
    seconds = {**spent, _CLIENT: client, _KAFKA: kafka}
    return {part: each / backlog.count for part, each in seconds.items()}


class _Spent:
    """Processor seconds of this thread by part."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(_PYTHON, 0.0)

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        began = time.thread_time()
        yield
        self.seconds[part] += time.thread_time() - began


def _loop(
    count: int, consumer: Consumer, producer: Producer, hand_over: Callable[[RawRecord], None]
) -> Mapping[str, float]:
    """Processor seconds of this thread by part."""
    spent, done = _Spent(), 0
    while done < count:
        with spent.on(_FETCH):
            messages = consumer.consume(BATCH, 0.1)
        with spent.on(_READ):
            records = [_record(message) for message in messages]
        with spent.on(_HAND_OVER):
            for record in records:
                hand_over(record)
        with spent.on(_WAIT):
            producer.flush()
        done += len(records)
    return spent.seconds


def _record(message: Message) -> RawRecord:
    if (error := message.error()) is not None:
        raise KafkaException(error)
    return raw_record(message)


def _hand_over(producer: Producer, target: str, form: Form, record: RawRecord) -> None:
    value = (record.value or b"")[: form.value_bytes]
    if form.headers:
        producer.produce(target, value, record.key, headers=list(record.headers))
    else:
        producer.produce(target, value, record.key)
