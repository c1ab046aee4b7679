"""Commits what a flow has settled: one commit is under way at a time, and nobody waits for it."""

import logging
import time
from collections.abc import Collection, Mapping

from confluent_kafka import Consumer as Client
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from runtime.kafka_errors import NOT_YET, OVERTAKEN
from scorer.transport.flow import Flow, Place

logger = logging.getLogger(__name__)

_PATIENCE = 30.0  # seconds of refusal until the process ends and begins anew
_PAUSE = 0.1


class Commits:
    """For the thread that owns the client.

    A commit that a rebalance overtook, or that the broker cannot take yet, is tried again. For
    partitions that went to another member it is dropped: that member reads the records again.
    """

    def __init__(self, client: Client, flow: Flow) -> None:
        self._client, self._flow = client, flow
        self._sent: Mapping[Place, int] = {}
        self._refused_since: float | None = None

    def go_on(self) -> None:
        """Send what has been settled, unless an earlier commit is still under way."""
        if not self._sent and (offsets := self._flow.take_settled()):
            self._sent = offsets
            self._client.commit(offsets=_partitions(offsets), asynchronous=True)

    def answered(self, error: KafkaError | None, partitions: list[TopicPartition]) -> None:
        """Take the broker's answer to what was sent; the client calls it while it fetches.

        Raises:
            KafkaException: the broker refuses, or could not take it for too long.
        """
        refusal = error or _first_error(partitions)
        if refusal is None and self._is_of_another(partitions):
            return
        sent, self._sent = self._sent, {}
        if sent and not self._accepted(refusal):
            self._flow.put_back(sent)

    def forget(self, places: Collection[Place]) -> None:
        """Whatever the answer will be, offsets of partitions given away are not sent again."""
        self._sent = {at: o for at, o in self._sent.items() if at not in places}
        self._refused_since = None

    def owes(self, at: Place) -> bool:
        """Whether the broker has not answered a commit of this partition yet."""
        return at in self._sent

    def wait(self) -> None:
        """Return when all that is settled by now is committed, or overtaken by a rebalance.

        What was overtaken is sent again by `go_on`, unless it is of partitions forgotten by then.

        Raises:
            KafkaException: as `answered`.
        """
        offsets = {**self._sent, **self._flow.take_settled()}
        self._sent = {}  # else an older offset might be put back behind a newer one
        while offsets:
            refusal = self._committed(offsets)
            if self._accepted(refusal):
                return
            if refusal is not None and refusal.code() in OVERTAKEN:
                self._flow.put_back(offsets)  # the rebalance goes on only once this returns
                return
            time.sleep(_PAUSE)

    def _is_of_another(self, partitions: list[TopicPartition]) -> bool:
        """Whether this answers a commit that was waited for: the client tells of those too."""
        told = {((p.topic, p.partition), p.offset) for p in partitions}
        return bool(told) and told.isdisjoint(self._sent.items())

    def _committed(self, offsets: Mapping[Place, int]) -> KafkaError | None:
        try:
            answer = self._client.commit(offsets=_partitions(offsets), asynchronous=False)
        except KafkaException as error:
            refusal: KafkaError = error.args[0]
            return refusal
        return _first_error(answer)

    def _accepted(self, refusal: KafkaError | None) -> bool:
        """Whether nothing remains to be done; False asks for another try."""
        if refusal is None:
            self._refused_since = None
            return True
        if self._refused_since is None:
            self._refused_since = time.monotonic()
            logger.warning("commit refused, trying again: %s", refusal)
        waited = time.monotonic() - self._refused_since
        if refusal.code() not in NOT_YET | OVERTAKEN or waited > _PATIENCE:
            raise KafkaException(refusal)
        return False


def _partitions(offsets: Mapping[Place, int]) -> list[TopicPartition]:
    return [TopicPartition(*place, offset) for place, offset in offsets.items()]


def _first_error(partitions: list[TopicPartition]) -> KafkaError | None:
    return next((p.error for p in partitions if p.error is not None), None)
