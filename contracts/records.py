"""A record as it lies in Kafka, and what its headers say of the event it carries."""

import datetime as dt
from collections.abc import Sequence

import msgspec

Headers = Sequence[tuple[str, bytes | None]]


class RawRecord(msgspec.Struct, frozen=True, gc=False):
    """One Kafka record before decoding; `timestamp_ms` is 0 where the broker gave none."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp_ms: int = 0

    @property
    def where(self) -> str:
        """The place of the record, as error messages and dead letters name it."""
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def time(self) -> dt.datetime:
        """The record's own time, in UTC."""
        return dt.datetime.fromtimestamp(self.timestamp_ms / 1000, dt.UTC)
