"""The part of librdkafka's statistics that says whether Kafka answers and what lags."""

import msgspec

_UNKNOWN = -1001  # as librdkafka writes an offset that it does not know


class _Partition(msgspec.Struct):
    """The offsets of one partition.

    Attributes:
        consumer_lag: the end less what is committed, -1 where either is not known.
        eof_offset: where the client last found that nothing lies behind.
        ls_offset: the end, open transactions left out.
        fetchq_cnt: fetched and not handed over yet, of any partition.
    """

    consumer_lag: int = -1
    eof_offset: int = _UNKNOWN
    ls_offset: int = _UNKNOWN
    fetchq_cnt: int = 0


_NOTHING = _Partition()


class _Topic(msgspec.Struct):
    partitions: dict[str, _Partition] = {}


_NO_TOPIC = _Topic()


class _Broker(msgspec.Struct):
    state: str = ""


class Statistics(msgspec.Struct):
    """One report of a client, which makes one as often as `statistics.interval.ms` says."""

    topics: dict[str, _Topic] = {}
    brokers: dict[str, _Broker] = {}

    @property
    def connected(self) -> bool:
        """Whether a broker answers."""
        return any(broker.state == "UP" for broker in self.brokers.values())

    def lag(self) -> dict[tuple[str, int], int]:
        """Offsets not committed, by topic and partition; without those where it is not known."""
        return {
            (topic, int(partition)): told.consumer_lag
            for topic, of_topic in self.topics.items()
            for partition, told in of_topic.partitions.items()
            if told.consumer_lag >= 0
        }

    def exhausted(self, topic: str, partition: int) -> bool:
        """Whether all that may be read was handed over to us.

        What then lies between the committed offset and the end are no records: the marks of
        transactions, and what was compacted away or has expired. It would lag for ever.
        """
        told = self._told(topic, partition)
        return 0 <= told.ls_offset == told.eof_offset and not told.fetchq_cnt

    def end(self, topic: str, partition: int) -> int | None:
        """The offset behind the last record that may be read, as the broker has told."""
        told = self._told(topic, partition)
        return told.ls_offset if told.ls_offset >= 0 else None

    def _told(self, topic: str, partition: int) -> _Partition:
        return self.topics.get(topic, _NO_TOPIC).partitions.get(str(partition), _NOTHING)


def read_statistics(report: str) -> Statistics:
    """A report as librdkafka hands it over."""
    return msgspec.json.decode(report, type=Statistics)
