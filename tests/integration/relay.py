"""A Faust worker on our transport that passes records on: `python relay.py '{...}'`, see `Relay`.

It stands for the scorer where the transport alone is meant: it starts fast and tells each batch.
"""

import asyncio
import json
import logging
import signal
import sys
import time
from typing import Any, cast

import faust
import msgspec
from confluent_kafka import Producer
from mode.supervisors import CrashingSupervisor

from runtime.settings import KafkaSettings
from scorer.app import consumer_settings
from scorer.transport import Consumer, Ticket, Transport


class Relay(msgspec.Struct, frozen=True, kw_only=True):
    """What to relay, and the faults to have.

    Attributes:
        config: settings of the client that differ from the scorer's.
        work: seconds that a batch takes.
        fail_on: a value that raises an error.
    """

    bootstrap: str
    group: str
    source: str
    target: str
    size: int = 100
    config: dict[str, Any] = {}
    work: float = 0.0
    fail_on: str = ""


def create_app(relay: Relay) -> faust.App:
    """An application whose agent publishes what it gets, to the partition it came from."""
    producer = Producer({"bootstrap.servers": relay.bootstrap, "enable.idempotence": True})
    app = faust.App(
        relay.group,
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        agent_supervisor=CrashingSupervisor,
        stream_wait_empty=True,
    )
    kafka = KafkaSettings(bootstrap_servers=relay.bootstrap)
    ours = {**consumer_settings(kafka), "group.id": relay.group}
    merged = {name: value for name, value in (ours | relay.config).items() if value is not None}
    app.transport = app.producer_transport = Transport(app, merged, relay.size, 0.05)

    @app.agent(app.topic(relay.source, key_serializer="raw", value_serializer="raw"))
    async def pass_on(stream: Any) -> None:
        stream.enable_acks = False
        async for event in stream.events():
            records = cast(Ticket, event.value).draw().records
            say(batch=len(records))
            await asyncio.sleep(relay.work)
            for record in records:
                if record.value == relay.fail_on.encode():
                    raise ZeroDivisionError("a bug in the agent")
                producer.produce(relay.target, record.value, record.key, record.partition)
            assert not await asyncio.to_thread(producer.flush, 60)
            event.ack()

    return app


def say(**told: Any) -> None:
    """One line of JSON."""
    print(json.dumps({"at": time.time(), **told}), flush=True)  # noqa: T201


async def run(app: faust.App) -> None:
    """Until a signal, or the error that ends it."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await app.start()
    say(started=True)
    consumer = cast(Consumer, app.consumer)
    while not stopping.is_set() and app.crash_reason is None:
        say(lag={str(partition): lag for (_, partition), lag in consumer.lag().items()})
        await asyncio.sleep(0.1)
    await app.stop()
    if app.crash_reason is not None:
        raise app.crash_reason


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(run(create_app(msgspec.json.decode(sys.argv[1], type=Relay))))
