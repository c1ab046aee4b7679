"""Makes the topics of a cluster those of `contracts.topics`, and finds what differs."""

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.cimpl import NewPartitions, NewTopic

from contracts.topics import DEAD_LETTERS, TOPICS, Topic
from runtime.settings import KafkaSettings
from runtime.topic_plan import SETTINGS, Danger, Difference, Layout, Plan, layout, plan

T = TypeVar("T")

_SECONDS = 30.0


class TopicError(RuntimeError):
    """Kafka refused something about a topic; the message names the topic and the reason."""


class RefusedPlanError(RuntimeError):
    """Changes are asked for that may cost records or cannot be made; nothing was changed."""


def plan_topics(kafka: KafkaSettings, replication: int) -> Plan:
    """What would make the cluster's topics those of the contract; changes nothing.

    Raises:
        KafkaException: the cluster cannot be reached.
        TopicError: it does not tell a topic's settings.
    """
    return _plan(AdminClient(kafka.client_settings("topics")), kafka, replication)


def apply_topics(kafka: KafkaSettings, replication: int, allowed: Collection[Danger] = ()) -> Plan:
    """Create missing topics and mend those that differ, all of it or, by our refusal, nothing.

    Returns:
        What was done.

    Raises:
        RefusedPlanError: a change is dangerous and not allowed, or cannot be made.
        KafkaException: the cluster cannot be reached.
        TopicError: it refuses a topic.
    """
    client = AdminClient(kafka.client_settings("topics"))
    made = _plan(client, kafka, replication)
    if refusals := made.refusals(allowed):
        raise RefusedPlanError("\n".join(refusals))
    _create(client, made.missing)
    _add_partitions(client, made.differences)
    _set(client, made.differences)
    return made


def create_missing_topics(kafka: KafkaSettings, replication: int = 1) -> list[str]:
    """Create the topics that do not exist yet; those that do are left as they are.

    Returns:
        The names of the created topics.

    Raises:
        KafkaException: the cluster cannot be reached.
        TopicError: it refuses a topic.
    """
    client = AdminClient(kafka.client_settings("topics"))
    wanted = {name: layout(topic, replication) for name, topic in _ours(kafka).items()}
    return _create(client, wanted)


def delete_topics(kafka: KafkaSettings) -> None:
    """Delete our topics, for runs that made them under a prefix of their own.

    Raises:
        ValueError: there is no prefix: these may be the lender's own topics.
        KafkaException: the cluster cannot be reached or refuses.
    """
    if not kafka.topic_prefix:
        raise ValueError("topics without a prefix are not deleted")
    client = AdminClient(kafka.client_settings("topics"))
    there = client.list_topics(timeout=_SECONDS).topics
    for deleted in client.delete_topics([name for name in _ours(kafka) if name in there]).values():
        deleted.result()


def _ours(kafka: KafkaSettings) -> dict[str, Topic]:
    return {kafka.topic_name(topic): topic for topic in (*TOPICS, *DEAD_LETTERS)}


def _plan(client: AdminClient, kafka: KafkaSettings, replication: int) -> Plan:
    topics = _ours(kafka)
    return plan(topics, _found(client, topics), replication)


def _found(client: AdminClient, names: Collection[str]) -> dict[str, Layout]:
    """The layout of the named topics that are there."""
    there = client.list_topics(timeout=_SECONDS).topics
    partitions = {name: there[name].partitions.values() for name in names if name in there}
    if not partitions:
        return {}
    asked = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in partitions]
    told = {
        resource.name: _answer(resource.name, future)
        for resource, future in client.describe_configs(asked, request_timeout=_SECONDS).items()
    }
    return {
        name: Layout(
            len(each),
            min(len(partition.replicas) for partition in each),
            {setting: str(told[name][setting].value) for setting in SETTINGS},
        )
        for name, each in partitions.items()
    }


def _create(client: AdminClient, wanted: Mapping[str, Layout]) -> list[str]:
    """Create topics; one that somebody else creates meanwhile is left to them."""
    if not wanted:
        return []
    new = [
        NewTopic(name, each.partitions, each.replication, config=dict(each.settings))
        for name, each in wanted.items()
    ]
    futures = client.create_topics(new, operation_timeout=_SECONDS, request_timeout=_SECONDS)
    return [name for name, future in futures.items() if _created(name, future)]


def _created(name: str, future: "Future[None]") -> bool:
    try:
        future.result()
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
            return False
        raise TopicError(f"{name}: {error.args[0].str()}") from error
    return True


def _add_partitions(client: AdminClient, differences: Collection[Difference]) -> None:
    more = [
        NewPartitions(one.topic, int(one.wanted))
        for one in differences
        if one.setting == "partitions"
    ]
    if not more:
        return
    futures = client.create_partitions(more, operation_timeout=_SECONDS, request_timeout=_SECONDS)
    for name, future in futures.items():
        _answer(name, future)


def _set(client: AdminClient, differences: Collection[Difference]) -> None:
    resources = [
        ConfigResource(
            ConfigResource.Type.TOPIC,
            topic,
            incremental_configs=list(_entries(differences, topic)),
        )
        for topic in dict.fromkeys(one.topic for one in differences if one.setting in SETTINGS)
    ]
    if resources:
        futures = client.incremental_alter_configs(resources, request_timeout=_SECONDS)
        for resource, future in futures.items():
            _answer(resource.name, future)


def _entries(differences: Collection[Difference], topic: str) -> Iterator[ConfigEntry]:
    for one in differences:
        if one.topic == topic and one.setting in SETTINGS:
            yield ConfigEntry(one.setting, one.wanted, incremental_operation=AlterConfigOpType.SET)


def _answer(topic: str, future: "Future[T]") -> T:
    try:
        return future.result()
    except KafkaException as error:
        raise TopicError(f"{topic}: {error.args[0].str()}") from error
