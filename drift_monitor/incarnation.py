"""Which topics these are: a topic that was deleted and created anew bears its old name."""

import logging
import threading
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from contracts.topics import APPLICATIONS, OUTCOMES, SCORES
from runtime.service import Health
from runtime.settings import KafkaSettings

_ANSWER_SECONDS = 5.0
_LOOK_SECONDS = 1.0


def await_incarnation(
    kafka: KafkaSettings, health: Health, stopping: threading.Event
) -> str | None:
    """The ids of the topics that offsets in the state refer to; None if stopped while waiting.

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
            ids = _topic_ids(client, names)
        except KafkaException as error:
            health.require("kafka", _why(kafka, names, error.args[0]))
        else:
            health.require("kafka", None)
            return " ".join(ids)
        health.turned(lag=0)
        stopping.wait(_LOOK_SECONDS)
    return None


def _topic_ids(client: AdminClient, names: list[str]) -> list[str]:
    found: dict[str, Any] = client.describe_topics(
        TopicCollection(names), request_timeout=_ANSWER_SECONDS
    )
    return [str(found[name].result().topic_id) for name in names]


def _why(kafka: KafkaSettings, names: Sequence[str], error: KafkaError) -> str:
    if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return f"the Kafka at {kafka.bootstrap_servers} lacks a topic of {', '.join(names)}"
    return f"no Kafka answers at {kafka.bootstrap_servers}: {error.str()}"
