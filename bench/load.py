"""Publishes applications at a rate, open loop, as a process of its own: `python -m bench.load`.

The n-th application is due n / rate seconds after the begin, however long the others took, and its
event says so: a latency is taken from when it was due. What stands still makes its own arrivals
late in nobody's figures otherwise (coordinated omission). It begins when it is ready, and writes
into a file when that is.
"""

import argparse
import datetime as dt
import time
from pathlib import Path

from confluent_kafka import Producer

from bench.material import Material
from bench.stage import application_headers
from contracts.codec import encode
from runtime.lean import set_aside

_SECONDS = 60.0
_LEAD = 0.5  # until the first application, so that who waits for the file is there


def due(begin: float, rate: float, number: int) -> float:
    """When an application is to be published, seconds since the epoch."""
    return begin + number / rate


def main() -> None:
    """Publish; the event ids are `<run>-<number>`."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    for name in ("bootstrap", "topic", "run"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--material", type=Path, required=True)
    parser.add_argument("--begun", type=Path, required=True, help="file for when it begins")
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--count", type=int, required=True)
    told = parser.parse_args()
    applications = Material(told.material).applications()
    values, ids = [encode(one) for one in applications], [one.SK_ID_CURR for one in applications]
    set_aside()  # else the collector's rounds would make applications late
    producer = Producer(
        {"bootstrap.servers": told.bootstrap, "partitioner": "murmur2_random", "linger.ms": 0}
    )
    producer.list_topics(told.topic, timeout=_SECONDS)
    begin = time.time() + _LEAD
    _write(told.begun, repr(begin))
    for number in range(told.count):
        at, when = number % len(values), due(begin, told.rate, number)
        if (wait := when - time.time()) > 0:
            producer.poll(0)
            time.sleep(wait)
        time_due = dt.datetime.fromtimestamp(when, dt.UTC)
        headers = application_headers(f"{told.run}-{number}", ids[at], time_due)
        producer.produce(told.topic, values[at], str(ids[at]), headers=list(headers))
    producer.flush()


def _write(path: Path, text: str) -> None:
    """Write a file that is whole as soon as it is there."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.rename(path)


if __name__ == "__main__":
    main()
