"""The part of librdkafka's statistics that says whether Kafka answers and what lags."""

import msgspec


class _Partition(msgspec.Struct):
    consumer_lag: int = -1
    hi_offset: int = -1


class _Topic(msgspec.Struct):
    partitions: dict[str, _Partition] = {}


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
        """Records not committed, by topic and partition; without those where it is not known."""
        return {
            (topic, int(partition)): told.consumer_lag
            for topic, of_topic in self.topics.items()
            for partition, told in of_topic.partitions.items()
            if told.consumer_lag >= 0
        }

    def end(self, topic: str, partition: int) -> int | None:
        """The offset behind the last record that the broker has told of."""
        told = self.topics.get(topic, _Topic()).partitions.get(str(partition), _Partition())
        return told.hi_offset if told.hi_offset >= 0 else None


def read_statistics(report: str) -> Statistics:
    """A report as librdkafka hands it over."""
    return msgspec.json.decode(report, type=Statistics)
