"""Which topics these are: one that was deleted and created anew bears its old name."""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from contracts.topics import APPLICATIONS, CONSUMED, OUTCOMES, SCORES
from runtime.service import Health
from runtime.settings import KafkaSettings

_ANSWER_SECONDS = 5.0
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Incarnation:
    """The topics as they are now.

    Attributes:
        ids: of all topics that offsets in the state refer to.
        partitions: how many each topic has that the monitor reads.
    """

    ids: str
    partitions: Mapping[str, int]


def await_incarnation(
    kafka: KafkaSettings, health: Health, stopping: threading.Event
) -> Incarnation | None:
    """The topics that offsets in the state refer to; None if stopped while waiting.

    Waits until Kafka answers and has the topics, unready meanwhile.
    """
    client = AdminClient(
        {**kafka.client_settings("drift_monitor"), "reconnect.backoff.ms": 1000},
        logger=logging.getLogger("librdkafka"),
    )
    names = [kafka.topic_name(topic) for topic in (SCORES, APPLICATIONS, OUTCOMES)]
    while not stopping.is_set():
        client.poll(0)  # hands librdkafka's own lines over to our log
        try:
            found = _described(client, names)
        except KafkaException as error:
            health.require("kafka", _why(kafka, names, error.args[0]))
        else:
            health.require("kafka", None)
            read = [kafka.topic_name(topic) for topic in CONSUMED["drift_monitor"]]
            ids = " ".join(str(found[name].topic_id) for name in names)
            return Incarnation(ids, {name: len(found[name].partitions) for name in read})
        health.turned(lag=0)
        stopping.wait(_LOOK_SECONDS)
    return None


def _described(client: AdminClient, names: list[str]) -> dict[str, Any]:
    asked = client.describe_topics(TopicCollection(names), request_timeout=_ANSWER_SECONDS)
    return {name: asked[name].result() for name in names}


def _why(kafka: KafkaSettings, names: Sequence[str], error: KafkaError) -> str:
    if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return f"the Kafka at {kafka.bootstrap_servers} lacks a topic of {', '.join(names)}"
    return f"no Kafka answers at {kafka.bootstrap_servers}: {error.str()}"
