"""The face of the transport towards Faust: one standing partition, whose events are tickets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import confluent_kafka
from faust.exceptions import ImproperlyConfigured
from faust.transport import base
from faust.transport import consumer as faust_consumer
from faust.types import TP, AppT, ConsumerMessage, Message
from mode.utils.futures import notify

from scorer.transport.flow import Fetch, Flow, Place
from scorer.transport.reader import Reader


@dataclass(slots=True)
class Ticket:
    """The value of an event: the right to all that waits when the agent gets to it.

    Records are drawn as late as that, so that a batch is as full as it can be, and Faust never
    holds a record that nobody has begun.
    """

    flow: Flow
    drawn: asyncio.Event
    fetch: Fetch | None = None

    def draw(self) -> Fetch:
        """All that waits; nothing, if a rebalance took it. Ack the event when it is done."""
        self.fetch = self.flow.begin()
        self.drawn.set()
        return self.fetch


class Consumer(faust_consumer.Consumer):
    """Hands over one ticket at a time; its ack lets the reader commit.

    To Faust there is one partition, which stays: Kafka's partitions come and go behind it. Tables,
    seeks and transactions are not offered.
    """

    transport: "Transport"

    def __init__(self, transport: "Transport", *args: Any, **kwargs: Any) -> None:
        super().__init__(transport, *args, **kwargs)
        self._flow = Flow(transport.size)
        self._reader: Reader | None = None
        self._standing = TP("", 0)
        self._turn = asyncio.Event()  # something arrived, or the last ticket was drawn
        self._ticket: Ticket | None = None
        self._tickets = 0

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Begin to read; Faust calls it once the agents have started."""
        [topic] = topics
        self._standing = TP(topic, 0)
        mine = self.transport
        self._reader = Reader(mine.config, mine.wait, self._flow, self._arrived)
        self._reader.start([topic])
        self.add_future(self._present())
        self.add_future(asyncio.wrap_future(self._reader.ended))  # its error ends the application

    async def on_stop(self) -> None:
        """Wait for what is in progress, commit it and leave the group."""
        await super().on_stop()
        if self._reader is not None:
            await asyncio.to_thread(self._reader.stop)

    async def getmany(
        self,
        timeout: float,  # noqa: ASYNC109 - Faust gives it
    ) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """The next ticket, as soon as the last one is drawn and something waits."""
        if not self.flow_active:
            await self.can_resume_flow.wait()
        if not self._due():
            self._turn.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._turn.wait(), timeout)
        if self._due() and self.flow_active and not self.should_stop:
            yield self._standing, self._next_ticket()

    def ack(self, message: Message) -> bool:
        """The output of what the ticket drew is confirmed."""
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        if (fetch := cast(Ticket, message.value).fetch) is not None:
            self._flow.settle(fetch)
        notify(self._waiting_for_ack)
        return True

    async def commit(self, *_: Any, **__: Any) -> bool:
        """Return once everything acked by now is committed; otherwise that happens by itself.

        Raises:
            KafkaException: the broker refuses.
        """
        if self._reader is not None:
            await asyncio.wrap_future(self._reader.commit())
        return True

    def lag(self) -> Mapping[Place, int]:
        """Records not committed, in the partitions that this worker holds."""
        return {} if self._reader is None else self._reader.lag()

    def assignment(self) -> set[TP]:
        """The standing partition."""
        return set() if self._reader is None else {self._standing}

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Nothing to do: the client begins at the group's offsets by itself."""
        return {}

    def _due(self) -> bool:
        return self._flow.waiting and (self._ticket is None or self._ticket.fetch is not None)

    def _next_ticket(self) -> ConsumerMessage:
        self._ticket = Ticket(self._flow, self._turn)
        self._tickets += 1
        return ConsumerMessage(
            *self._standing,
            offset=self._tickets,
            timestamp=0.0,
            timestamp_type=0,
            headers=None,
            key=None,
            value=cast(Any, self._ticket),
            checksum=None,
            tp=self._standing,
            generation_id=self.app.consumer_generation_id,
        )

    async def _present(self) -> None:
        """Lead Faust through the one assignment that it sees; then it lets events flow."""
        self.app.on_rebalance_start()
        await self.on_partitions_assigned({self._standing}, self.app.consumer_generation_id)

    def _arrived(self) -> None:
        self.loop.call_soon_threadsafe(self._turn.set)

    def _not_offered(self, *_: Any, **__: Any) -> NoReturn:
        raise ImproperlyConfigured("this transport has no tables, seeks or transactions")

    create_topic = seek_wait = earliest_offsets = highwaters = highwater = _not_offered
    key_partition = topic_partitions = position = _seek = _commit = _not_offered
    _new_topicpartition = _getmany = _to_message = _not_offered


class Transport(base.Transport):
    """For one application with one topic; Faust's own producer is not served by it.

    Args:
        app: the application.
        config: librdkafka's settings of the consumer, the group's name among them.
        size: the most records in a fetch.
        wait: seconds that the client waits for a first record; no record is held up by it.
    """

    Consumer = Consumer
    driver_version = f"confluent_kafka={confluent_kafka.__version__}"

    def __init__(self, app: AppT, config: Mapping[str, Any], size: int, wait: float) -> None:
        super().__init__([], app)
        self.config, self.size, self.wait = config, size, wait
