"""Topics that belong to one test alone."""

from collections.abc import Mapping

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tests.waiting import wait_until


class TopicFactory:
    """Makes topics under a prefix on a real broker, and removes whatever bears that prefix."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap})
        self._prefix = prefix

    def __call__(
        self, name: str = "topic", *, partitions: int = 1, config: Mapping[str, str] | None = None
    ) -> str:
        """Create `<prefix><name>` and give its full name once clients can see it."""
        topic = f"{self._prefix}{name}"
        self._admin.create_topics([NewTopic(topic, partitions, 1, config=dict(config or {}))])[
            topic
        ].result(timeout=30)
        wait_until(lambda: topic in self._names(), 30, f"topic {topic} was never seen")
        return topic

    def delete_all(self) -> None:
        """Delete every topic with the prefix, whoever made it."""
        doomed = [name for name in self._names() if name.startswith(self._prefix)]
        if doomed:
            for deleted in self._admin.delete_topics(doomed).values():
                deleted.result(timeout=30)

    def _names(self) -> set[str]:
        return set(self._admin.list_topics(timeout=30).topics)
