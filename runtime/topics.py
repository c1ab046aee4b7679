"""Creates the topics on a cluster as `contracts.topics` defines them."""

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from contracts.topics import DEAD_LETTERS, TOPICS, Topic
from runtime.settings import KafkaSettings

_SECONDS = 30.0


def create_missing_topics(kafka: KafkaSettings, replication: int = 1) -> list[str]:
    """Create the topics that do not exist yet; those that do are left as they are.

    Returns:
        The names of the created topics.

    Raises:
        KafkaException: the cluster cannot be reached or refuses a topic.
    """
    client = AdminClient(kafka.client_settings("topics"))
    futures = client.create_topics(
        [_new_topic(kafka, topic, replication) for topic in (*TOPICS, *DEAD_LETTERS)],
        operation_timeout=_SECONDS,
        request_timeout=_SECONDS,
    )
    created = []
    for name, future in futures.items():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
        else:
            created.append(name)
    return created


def delete_topics(kafka: KafkaSettings) -> None:
    """Delete our topics, for runs that made them under a prefix of their own.

    Raises:
        ValueError: there is no prefix: these may be the lender's own topics.
        KafkaException: the cluster cannot be reached or refuses.
    """
    if not kafka.topic_prefix:
        raise ValueError("topics without a prefix are not deleted")
    client = AdminClient(kafka.client_settings("topics"))
    names = [kafka.topic_name(topic) for topic in (*TOPICS, *DEAD_LETTERS)]
    there = client.list_topics(timeout=_SECONDS).topics
    for deleted in client.delete_topics([name for name in names if name in there]).values():
        deleted.result()


def _new_topic(kafka: KafkaSettings, topic: Topic, replication: int) -> NewTopic:
    return NewTopic(
        kafka.topic_name(topic),
        num_partitions=topic.partitions,
        replication_factor=replication,
        config={
            "cleanup.policy": topic.cleanup,
            "retention.ms": str(topic.retention_ms),
            "max.message.bytes": str(topic.max_message_bytes),
        },
    )
