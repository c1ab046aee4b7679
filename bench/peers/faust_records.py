"""Faust's events as records; apart, for Faust is not installed beside the other frameworks."""

from typing import cast

from faust.types import EventT

from contracts.records import Headers, RawRecord


def faust_record(event: EventT[bytes]) -> RawRecord:
    """The record that an event came from."""
    message = event.message
    headers = message.headers or {}
    pairs = headers.items() if isinstance(headers, dict) else headers
    return RawRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple(cast(Headers, pairs)),
        timestamp_ms=max(0, round((message.timestamp or 0) * 1000)),
    )
