"""What a contestant is told on its command line: where to read, what to do, where to write."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

BATCH = 1024
"""Records a batch, where a framework lets one choose: the scorer's own default."""

Mode = Literal["score", "pass", "receipt"]

Trees = Literal["LightGBM", "compiled"]
"""What evaluates the model: LightGBM's `predict`, by one thread, or the scorer's compiled trees."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One contestant's task.

    Attributes:
        bootstrap: Kafka's address.
        source: the topic of the backlog.
        target: the topic of the output.
        group: the consumer group, and the name of everything else that is the contestant's own.
        model: the folder of the model bundle.
        histories: the folder of the history store.
        state: a folder of the contestant's own.
        mode: the whole work of the scorer, or every record passed through as it is, or a receipt
            for every record: its event's id.
        trees: what evaluates the model.
    """

    bootstrap: str
    source: str
    target: str
    group: str
    model: Path
    histories: Path
    state: Path
    mode: Mode
    trees: Trees

    def arguments(self) -> list[str]:
        """The command line that `read_assignment` reads back."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return [f"--{name}={value}" for name, value in told.items()]


def read_assignment() -> Assignment:
    """The assignment on this process's command line."""
    parser = argparse.ArgumentParser()
    for name in ("bootstrap", "source", "target", "group"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("model", "histories", "state"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--mode", required=True, choices=get_args(Mode))
    parser.add_argument("--trees", required=True, choices=get_args(Trees))
    return Assignment(**vars(parser.parse_args()))


def producer_settings(bootstrap: str) -> dict[str, str | int | bool]:
    """How every contestant produces: as the product does, confirmed and without duplicates."""
    return {
        "bootstrap.servers": bootstrap,
        "partitioner": "murmur2_random",
        "enable.idempotence": True,
        "acks": "all",
        "compression.type": "lz4",
        "linger.ms": 1,
        "queue.buffering.max.kbytes": 262_144,
    }


def consumer_settings(bootstrap: str, group: str) -> dict[str, str | int | bool]:
    """How every contestant on librdkafka consumes, where its framework leaves that open."""
    return {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "fetch.queue.backoff.ms": 10,  # 1000 by default, which starves a slow consumer
    }
