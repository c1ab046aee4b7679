"""FastStream on confluent-kafka: a batch subscriber, acknowledged by hand behind its output."""

import asyncio
from collections.abc import Sequence
from typing import cast

from confluent_kafka import Message
from faststream import AckPolicy, FastStream
from faststream.confluent import KafkaBroker
from faststream.confluent.annotations import KafkaMessage

from bench.peers.assignment import (
    BATCH,
    Assignment,
    producer_settings,
    read_assignment,
)
from bench.peers.work import Work, open_work
from runtime.consumer import raw_record


def create_app(assignment: Assignment, work: Work) -> FastStream:
    """The application with its one subscriber."""
    broker = KafkaBroker(
        assignment.bootstrap,
        config={
            **_without_address(producer_settings(assignment.bootstrap)),
            "fetch.queue.backoff.ms": 10,
        },
        logger=None,
    )

    async def undecoded(message: KafkaMessage) -> Sequence[Message]:
        return cast(Sequence[Message], message.raw_message)  # the work decodes

    @broker.subscriber(
        assignment.source,
        batch=True,
        max_records=BATCH,
        group_id=assignment.group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
        decoder=undecoded,
    )
    async def score(_: object, message: KafkaMessage) -> None:
        outputs = work([raw_record(one) for one in message.raw_message])
        sent = [
            await broker.publish(
                output.value,
                assignment.target,
                key=output.key,
                headers={name: (value or b"").decode() for name, value in output.headers},
                no_confirm=True,
            )
            for output in outputs
        ]
        await asyncio.gather(*sent)
        await message.ack()

    return FastStream(broker, logger=None)


def _without_address(settings: dict[str, str | int | bool]) -> dict[str, str | int | bool]:
    return {name: value for name, value in settings.items() if name != "bootstrap.servers"}


if __name__ == "__main__":
    told = read_assignment()
    asyncio.run(create_app(told, open_work(told)).run())
