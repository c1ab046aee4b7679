"""Whether this Kafka is the one that the store was filled from: positions hold only there."""

from typing import cast

from confluent_kafka import Consumer, TopicPartition

from query_api.settings import SERVICE
from query_api.store.projection import Projection
from runtime.settings import KafkaSettings

_SECONDS = 30.0


class ForeignKafkaError(RuntimeError):
    """The store was filled from another Kafka, or from topics that were made anew since."""


class Origin:
    """Gives the store's positions to the consumer, after a look whether they belong here.

    A position in another cluster, or behind the end of a topic that was deleted and made anew,
    would let records pass as done that were never projected.
    """

    def __init__(self, kafka: KafkaSettings, projection: Projection) -> None:
        self._projection = projection
        self._client = Consumer(
            {
                **kafka.client_settings(SERVICE),
                "group.id": kafka.group_id(SERVICE),  # never joined: this client only asks
            }
        )

    def position(self, topic: str, partition: int) -> int | None:
        """Where the store goes on; asked for when a partition is assigned, so Kafka is there.

        Raises:
            ForeignKafkaError: the store belongs to another Kafka.
        """
        here = cast(str, self._client.list_topics(topic, timeout=_SECONDS).cluster_id)
        filled_from = self._projection.adopt(here)
        if filled_from != here:
            raise ForeignKafkaError(f"it was filled from the cluster {filled_from}, not {here}")
        position = self._projection.position(topic, partition)
        if position is not None and position > (end := self._end(topic, partition)):
            raise ForeignKafkaError(
                f"it has {topic}[{partition}] up to {position}, the topic ends at {end}: "
                "it was made anew"
            )
        return position

    def _end(self, topic: str, partition: int) -> int:
        place = TopicPartition(topic, partition)
        _, end = self._client.get_watermark_offsets(place, timeout=_SECONDS)
        return end

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()
