"""Which topics these are: a topic that was deleted and created anew bears its old name."""

import logging
import threading
from typing import Any

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from contracts.topics import APPLICATIONS, SCORES
from runtime.service import Health
from runtime.settings import KafkaSettings

logger = logging.getLogger(__name__)

_ANSWER_SECONDS = 5.0
_LOOK_SECONDS = 1.0


def await_incarnation(
    kafka: KafkaSettings, health: Health, stopping: threading.Event
) -> str | None:
    """The ids of the topics that offsets in the state refer to; None if stopped while waiting.

    Waits until Kafka answers and has the topics, unready meanwhile.
    """
    client = AdminClient(
        {"bootstrap.servers": kafka.bootstrap_servers}, logger=logging.getLogger("librdkafka")
    )
    while not stopping.is_set():
        try:
            ids = _topic_ids(client, [kafka.topic_name(SCORES), kafka.topic_name(APPLICATIONS)])
        except KafkaException as error:
            health.require("kafka", f"{kafka.bootstrap_servers}: {error.args[0].str()}")
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
