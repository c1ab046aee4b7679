"""Publishes a record whose header has a name that is no UTF-8: SERVER TOPIC KEY VALUE.

To be run with AIOKAFKA_NO_EXTENSIONS=1: only aiokafka's Python half takes such a name.
"""

import asyncio
import sys

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]


class Broken(str):
    """A name that goes out as other bytes than its own."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        """Bytes that are no UTF-8."""
        return b"\xff\xfe-name"


async def publish(server: str, topic: str, key: str, value: str) -> None:
    """Return once the broker has confirmed it."""
    producer = AIOKafkaProducer(bootstrap_servers=server)
    await producer.start()
    headers = [(Broken("name"), b"1")]
    await producer.send_and_wait(topic, value.encode(), key.encode(), headers=headers)
    await producer.stop()


if __name__ == "__main__":
    asyncio.run(publish(*sys.argv[1:]))
