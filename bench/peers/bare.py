"""A bare confluent-kafka loop around the same functions: the ceiling of what a service can reach.

It lacks what a service needs: it loses what fails and survives no rebalance.
"""

from confluent_kafka import Consumer, KafkaException, Producer

from bench.peers.assignment import (
    BATCH,
    Assignment,
    consumer_settings,
    producer_settings,
    read_assignment,
)
from bench.peers.work import Work, open_work
from runtime.consumer import raw_record


def run(assignment: Assignment, work: Work) -> None:
    """Consume, work, produce, flush, commit, without end."""
    consumer = Consumer(
        {**consumer_settings(assignment.bootstrap, assignment.group), "enable.auto.commit": False}
    )
    producer = Producer(producer_settings(assignment.bootstrap))
    consumer.subscribe([assignment.source])
    while True:
        messages = consumer.consume(BATCH, 0.1)
        for message in messages:
            if (error := message.error()) is not None:
                raise KafkaException(error)
        for output in work([raw_record(message) for message in messages]):
            producer.produce(
                assignment.target, output.value, output.key, headers=list(output.headers)
            )
        producer.flush()
        if messages:
            consumer.commit(asynchronous=False)


if __name__ == "__main__":
    told = read_assignment()
    run(told, open_work(told))
