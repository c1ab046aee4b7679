"""Commits what a flow has settled: one commit is under way at a time, and nobody waits for it."""

import logging
import time
from collections.abc import Mapping

from confluent_kafka import Consumer as Client
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from runtime.kafka_errors import NOT_YET, OVERTAKEN
from scorer.transport.flow import Flow, Place

logger = logging.getLogger(__name__)

_PATIENCE = 30.0  # seconds of refusal until the process ends and begins anew
_PAUSE = 0.1


class Commits:
    """For the thread that owns the client.

    A commit that comes too late, after the partitions went to another member, is dropped: that
    member reads the records again. One that the broker cannot take yet is tried again.
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
        sent, self._sent = self._sent, {}
        if not self._accepted(error or _first_error(partitions)):
            self._flow.put_back(sent)

    def wait(self) -> None:
        """Return when all that is settled by now is committed, or found to be too late.

        Raises:
            KafkaException: as `answered`.
        """
        offsets = {**self._sent, **self._flow.take_settled()}
        self._sent = {}  # else an older offset might be put back behind a newer one
        while offsets and not self._accepted(self._committed(offsets)):
            time.sleep(_PAUSE)

    def _committed(self, offsets: Mapping[Place, int]) -> KafkaError | None:
        try:
            answer = self._client.commit(offsets=_partitions(offsets), asynchronous=False)
        except KafkaException as error:
            refusal: KafkaError = error.args[0]
            return refusal
        return _first_error(answer)

    def _accepted(self, refusal: KafkaError | None) -> bool:
        """Whether nothing remains to be done; False asks for another try."""
        if refusal is None or refusal.code() in OVERTAKEN:
            self._refused_since = None
            if refusal is not None:
                logger.warning("commit overtaken by a rebalance: %s", refusal)
            return True
        if self._refused_since is None:
            self._refused_since = time.monotonic()
            logger.warning("commit refused, trying again: %s", refusal)
        waited = time.monotonic() - self._refused_since
        if refusal.code() not in NOT_YET or waited > _PATIENCE:
            raise KafkaException(refusal)
        return False


def _partitions(offsets: Mapping[Place, int]) -> list[TopicPartition]:
    return [TopicPartition(*place, offset) for place, offset in offsets.items()]


def _first_error(partitions: list[TopicPartition]) -> KafkaError | None:
    return next((p.error for p in partitions if p.error is not None), None)
