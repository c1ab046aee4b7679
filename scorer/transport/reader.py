"""The thread that owns the Kafka client: it fetches, commits and takes part in rebalances.

The client lets one thread in at a time, and a second one would hang for a whole fetch: so every
call is made here.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka import Consumer as Client
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from runtime.statistics import Statistics, read_statistics
from scorer.transport.commits import Commits
from scorer.transport.flow import Flow, Place
from scorer.transport.membership import Membership

logger = logging.getLogger(__name__)

_WAIT = 0.1  # seconds between looks while the thread stands still
_TOP_UP = 0.005  # seconds between looks for more while what was fetched is not begun
_BEHIND = 1.0  # seconds without room until the partitions are paused
_OURS: Mapping[str, Any] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "statistics.interval.ms": 1000,
}


class Reader:
    """Fetches into a flow and commits what the flow lets go, from a thread of its own.

    Args:
        config: the client's settings, such as the group and the protocol it is led by.
        wait: seconds that a fetch waits for its first record.
        flow: where messages go and settled offsets come from.
        arrived: called from the thread when messages were put into the flow.

    Attributes:
        ended: done when the thread no longer reads, with the error if one ended it.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        wait: float,
        flow: Flow,
        arrived: Callable[[], None],
    ) -> None:
        self._wait, self._flow, self._arrived = wait, flow, arrived
        self.ended: Future[None] = Future()
        self._asked: queue.SimpleQueue[Future[None]] = queue.SimpleQueue()
        self._statistics = Statistics()
        self._paused = False
        self._full_since: float | None = None
        self._closing = threading.Event()
        callbacks = {
            "on_commit": self._on_commit,
            "stats_cb": self._on_statistics,
            "error_cb": lambda error: logger.warning("Kafka: %s", error),
        }
        self._client = Client(
            {**config, **_OURS, **callbacks}, logger=logging.getLogger("librdkafka")
        )
        self._commits = Commits(self._client, flow)
        self._membership = Membership(flow, self._commits, self._closing)
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)

    def start(self, topics: Sequence[str]) -> None:
        """Join the group and fetch, until `stop` or an error."""
        self._client.subscribe(
            list(topics),
            on_assign=self._membership.assigned,
            on_revoke=self._on_revoke,
            on_lost=self._on_lost,
        )
        self._thread.start()

    def stop(self) -> None:
        """Commit what is settled, leave the group, and return when that is done."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    def commit(self) -> Future[None]:
        """Commit what is settled by now; done once the broker has it."""
        done: Future[None] = Future()
        self._asked.put(done)
        if self._closing.is_set():
            self._answer()  # the thread, which commits as it ends, might not come to it
        return done

    def lag(self) -> dict[Place, int]:
        """Records not committed, in the partitions held; about a second old."""
        return self._membership.lag(self._statistics)

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._turn()
            self._commits.wait()
            self.ended.set_result(None)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends the process
            self.ended.set_exception(error)
        finally:
            self._closing.set()
            self._client.close()
            self._answer()

    def _turn(self) -> None:
        if self._asked.empty():
            self._commits.go_on()
        else:
            self._commits.wait()
            self._answer()
        if room := self._flow.room():
            self._resume()
            self._fetch(room)
        elif self._paused:
            self._stay()
        elif not self._flow.wait_for_room(_WAIT):
            self._pause_if_behind()

    def _answer(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                done = self._asked.get_nowait()
                if done.set_running_or_notify_cancel():
                    done.set_result(None)

    def _fetch(self, room: int) -> None:
        """What has piled up; a lone record does not wait for others."""
        self._put(self._client.consume(room, 0) or self._client.consume(1, self._wait))

    def _put(self, messages: list[Message]) -> None:
        if records := [message for message in messages if _is_record(message)]:
            self._membership.note(records)
            self._flow.put(records)
            self._arrived()
            self._flow.wait_begun(_TOP_UP)

    def _pause_if_behind(self) -> None:
        """Stop fetching but stay in the group, where rebalances must be answered."""
        now = time.monotonic()
        self._full_since = self._full_since or now
        if now - self._full_since > _BEHIND:
            logger.info("behind: no more is fetched until there is room")
            self._pause()

    def _stay(self) -> None:
        """Answer the group; what comes nevertheless is of partitions assigned meanwhile."""
        if messages := self._client.consume(1, _WAIT):
            self._put(messages)
            self._pause()

    def _pause(self) -> None:
        self._client.pause(self._client.assignment())
        self._paused = True

    def _resume(self) -> None:
        self._full_since = None
        if self._paused:
            self._paused = False
            self._client.resume(self._client.assignment())

    def _on_revoke(self, client: Client, partitions: list[TopicPartition]) -> None:
        client.resume(partitions)  # a pause would outlive the assignment, and the next one too
        self._membership.revoked(client, partitions)

    def _on_lost(self, client: Client, partitions: list[TopicPartition]) -> None:
        client.resume(partitions)
        self._membership.lost(client, partitions)

    def _on_commit(self, error: KafkaError | None, partitions: list[TopicPartition]) -> None:
        self._commits.answered(error, partitions)

    def _on_statistics(self, report: str) -> None:
        self._statistics = read_statistics(report)


def _is_record(message: Message) -> bool:
    error = message.error()
    if error is None:
        return True
    if error.code() == KafkaError._MAX_POLL_EXCEEDED:  # noqa: SLF001 - the process stood still
        logger.warning("Kafka: %s", error)
        return False
    raise KafkaException(error)
