"""Quix Streams: a batching sink, its documented way to work on batches and commit behind them."""

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from quixstreams import Application
from quixstreams.sinks.base import BatchingSink, SinkBatch
from quixstreams.sinks.base.item import SinkItem

from bench.peers.assignment import (
    BATCH,
    Assignment,
    consumer_settings,
    producer_settings,
    read_assignment,
)
from bench.peers.work import Work, open_work
from contracts.records import RawRecord

_CHECKPOINT_SECONDS = 1.0  # shorter ones cost throughput, for each is a commit that is waited for


class ScoringSink(BatchingSink):
    """Works on what was read since the last checkpoint; Quix commits once `write` has returned.

    A topic's own sink (`to_topic`) takes records one by one; `BatchingSink` is for batches.
    """

    def __init__(self, assignment: Assignment, work: Work) -> None:
        super().__init__()
        self._target, self._work = assignment.target, work
        self._producer = Producer(
            {**producer_settings(assignment.bootstrap), "delivery.report.only.error": True}
        )

    def write(self, batch: SinkBatch) -> None:
        """Publish what comes of a checkpoint's records, confirmed.

        Raises:
            KafkaException: the broker refused one; Quix then commits nothing and ends.
        """
        for items in batch.iter_chunks(BATCH):
            for output in self._work([_record(batch, item) for item in items]):
                self._producer.produce(
                    self._target,
                    output.value,
                    output.key,
                    headers=list(output.headers),
                    on_delivery=_raise_refusal,
                )
        self._producer.flush()


def _raise_refusal(error: KafkaError | None, _: Message) -> None:
    if error is not None:
        raise KafkaException(error)


def _record(batch: SinkBatch, item: SinkItem) -> RawRecord:
    return RawRecord(
        topic=batch.topic,
        partition=batch.partition,
        offset=item.offset,
        key=item.key,
        value=item.value,
        headers=item.headers,
        timestamp_ms=item.timestamp,
    )


def create_app(assignment: Assignment, work: Work) -> Application:
    """The application: one topic into the sink."""
    app = Application(
        broker_address=assignment.bootstrap,
        consumer_group=assignment.group,
        auto_offset_reset="earliest",
        commit_interval=_CHECKPOINT_SECONDS,
        consumer_extra_config={
            name: value
            for name, value in consumer_settings(assignment.bootstrap, assignment.group).items()
            if name == "fetch.queue.backoff.ms"
        },
        state_dir=assignment.state,
        auto_create_topics=False,
        loglevel="WARNING",
    )
    topic = app.topic(assignment.source, key_deserializer="bytes", value_deserializer="bytes")
    app.dataframe(topic).sink(ScoringSink(assignment, work))
    return app


if __name__ == "__main__":
    told = read_assignment()
    create_app(told, open_work(told)).run()
