"""A Kafka that asks who comes: who gets in, who is refused, and what each service may do."""

import dataclasses
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
)
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from pydantic import SecretStr

from contracts.codec import encode
from contracts.records import RawRecord
from contracts.topics import (
    APPLICATIONS,
    CONSUMED,
    DEAD_LETTERS,
    EXPLANATIONS,
    HISTORIES,
    OUTCOMES,
    SCORES,
    TOPICS,
)
from deploy.local.kafka import QUICK_START, LocalKafka
from deploy.local.kafka_listeners import SecureListeners
from deploy.local.ports import free_port
from runtime.consumer import Consumer
from runtime.producer import DeliveryFailedError, Producer
from runtime.settings import KafkaSettings
from runtime.topics import create_missing_topics
from scorer.app import consumer_settings
from scorer.history_topic import HistoryTopic
from scorer.transport.flow import Flow
from scorer.transport.reader import Reader
from tests.builders import a_history, an_application, some_applications
from tests.certificates import Authority
from tests.published import an_outcome
from tests.registry import a_registry
from tests.services import ServiceProcess, Stage
from tests.waiting import wait_until

_SECONDS = 90
_WINDOW = 200
_TABLE = Path(__file__).parents[2] / "docs" / "security.md"
_SERVICES = {
    "scorer": ("-m", "scorer"),
    "explainer": ("-m", "explainer"),
    "drift_monitor": ("-m", "drift_monitor"),
    "projector": ("-m", "query_api", "projector"),
    "query_api": ("-m", "query_api", "serve"),
}
_ANY: Any = None  # no name, principal or host in particular, though its types ask for one
_ALL = AclBindingFilter(
    ResourceType.ANY,
    _ANY,
    ResourcePatternType.ANY,
    _ANY,
    _ANY,
    AclOperation.ANY,
    AclPermissionType.ANY,
)
_AUDIT = """
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %m%n
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
logger.audit.name = kafka.authorizer.logger
logger.audit.level = DEBUG
"""


@dataclass(frozen=True, order=True)
class Grant:
    """A line of the table: what a principal may do with a topic or a group."""

    principal: str
    kind: str
    resource: str
    operation: str

    def binding(self) -> AclBinding:
        return AclBinding(
            ResourceType[self.kind.upper()],
            self.resource,
            ResourcePatternType.LITERAL,
            f"User:{self.principal}",
            "*",
            AclOperation[self.operation.upper()],
            AclPermissionType.ALLOW,
        )


def table() -> list[Grant]:
    """The lines of `docs/security.md`."""
    text = _TABLE.read_text(encoding="utf-8").partition("access: begin")[2]
    rows = re.findall(r"\| `(\w+)` \| (topic|group) `([\w.]+)` \| (\w+) \|", text)
    return [Grant(*row) for row in rows]


@dataclass(frozen=True)
class Guarded:
    """A Kafka with an authorizer, the authority it trusts, and another that it does not."""

    kafka: LocalKafka
    listeners: SecureListeners
    authority: Authority
    stranger: Authority
    folder: Path

    def operator(self) -> KafkaSettings:
        return KafkaSettings(bootstrap_servers=self.kafka.bootstrap)

    def by_password(self, name: str) -> KafkaSettings:
        return KafkaSettings(
            bootstrap_servers=self.listeners.scram,
            security_protocol="sasl_ssl",
            sasl_username=name,
            sasl_password=SecretStr(self.listeners.passwords[name]),
            ssl_ca_location=self.authority.file,
        )

    def by_certificate(self, name: str) -> KafkaSettings:
        own = self.authority.issue(name, "of the key")
        return KafkaSettings(
            bootstrap_servers=self.listeners.mutual,
            security_protocol="ssl",
            ssl_ca_location=self.authority.file,
            ssl_certificate_location=own.certificate,
            ssl_key_location=own.key,
            ssl_key_password=SecretStr("of the key"),
        )

    def variables(self, name: str) -> dict[str, str]:
        """What leads a service process here under its name; its password lies in a file."""
        secret = self.folder / f"{name}.password"
        secret.write_text(self.listeners.passwords[name] + "\n")
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.listeners.scram,
            "KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
            "KAFKA_SASL_USERNAME": name,
            "KAFKA_SASL_PASSWORD_FILE": str(secret),
            "KAFKA_SSL_CA_LOCATION": str(self.authority.file),
        }

    def audit(self, verdict: str) -> set[Grant]:
        """What the authorizer has allowed or denied to those who had to say who they are."""
        lines = re.findall(
            rf"Principal = User:(\w+) is {verdict} operation = (\w+) from host = \S+ "
            r"on resource = (\w+):LITERAL:(\S+)",
            self.kafka.log.read_text(errors="replace"),
        )
        return {
            Grant(principal, kind.lower(), resource, operation.capitalize())
            for principal, operation, kind, resource in lines
            if principal != "ANONYMOUS"
        }


@pytest.fixture(scope="module")
def guarded(
    kafka_jars: None,  # noqa: ARG001 - asked for so that its absence is told
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "audit.properties").write_text(_AUDIT)
    authority, stranger = Authority(folder, "authority"), Authority(folder, "stranger")
    listeners = SecureListeners(
        scram_port=free_port(),
        mutual_port=free_port(),
        identity=authority.issue("node").both,
        authorities=authority.file,
        passwords={name: f"{name}-opens" for name in {grant.principal for grant in table()}},
    )
    flags = (*QUICK_START, f"-Dlog4j2.configurationFile={folder}/audit.properties")
    with LocalKafka(jvm_flags=flags, listeners=listeners) as kafka:
        made = Guarded(kafka, listeners, authority, stranger, folder)
        create_missing_topics(made.operator())
        admin = AdminClient(made.operator().client_settings("operator"))
        for granted in admin.create_acls([grant.binding() for grant in table()]).values():
            granted.result(30)
        wait_until(
            lambda: len(admin.describe_acls(_ALL).result(30)) == len(table()), 30, "the grants"
        )
        yield made


@pytest.fixture(params=["by_password", "by_certificate"])
def settings(request: pytest.FixtureRequest, guarded: Guarded) -> Callable[[str], KafkaSettings]:
    found: Callable[[str], KafkaSettings] = getattr(guarded, request.param)
    return found


def read_by_consumer(kafka: KafkaSettings) -> list[RawRecord]:
    with closing(Consumer(kafka, "explainer", [SCORES])) as consumer:
        return wait_until(lambda: consumer.poll_batch(1, 0.1), _SECONDS, "a record")


def read_by_transport(kafka: KafkaSettings) -> list[RawRecord]:
    flow = Flow(10)
    reader = Reader(consumer_settings(kafka), 0.1, flow, lambda: None)
    reader.start([kafka.topic_name(APPLICATIONS)])
    wait_until(lambda: flow.waiting or reader.ended.done(), _SECONDS, "a record")
    records = list(flow.begin().records)
    reader.stop()
    reader.ended.result()
    return records


def test_every_kind_of_client_gets_in(settings: Callable[[str], KafkaSettings]) -> None:
    for name, topic in (("producer", APPLICATIONS), ("scorer", SCORES)):
        producer = Producer(settings(name), name)
        producer.send(topic, "1", b"{}", ())
        producer.flush_or_raise()
    assert read_by_consumer(settings("explainer"))[0].value == b"{}"
    assert read_by_transport(settings("scorer"))[0].value == b"{}"
    with closing(HistoryTopic(settings("scorer"), "scorer")) as histories:
        described = histories.describe()
    assert described is not None
    assert described.ends.keys() == set(range(HISTORIES.partitions))


def a_wrong_password(guarded: Guarded) -> KafkaSettings:
    return changed(guarded.by_password("scorer"), sasl_password=SecretStr("wrong"))


def an_unknown_name(guarded: Guarded) -> KafkaSettings:
    return changed(guarded.by_password("scorer"), sasl_username="nobody")


def a_broker_of_a_stranger(guarded: Guarded) -> KafkaSettings:
    return changed(guarded.by_password("scorer"), ssl_ca_location=guarded.stranger.file)


def a_certificate_of_a_stranger(guarded: Guarded) -> KafkaSettings:
    own = guarded.stranger.issue("scorer")
    return changed(
        guarded.by_certificate("scorer"),
        ssl_certificate_location=own.certificate,
        ssl_key_location=own.key,
    )


def no_certificate(guarded: Guarded) -> KafkaSettings:
    return changed(
        guarded.by_certificate("scorer"), ssl_certificate_location=None, ssl_key_location=None
    )


def changed(kafka: KafkaSettings, **values: object) -> KafkaSettings:
    return kafka.model_copy(update=values)


_REFUSED: Mapping[Callable[[Guarded], KafkaSettings], str] = {
    a_wrong_password: "SASL authentication error: Authentication failed",
    an_unknown_name: "SASL authentication error: Authentication failed",
    a_broker_of_a_stranger: "certificate verify failed: broker certificate could not be verified",
    a_certificate_of_a_stranger: "alert bad certificate",
    no_certificate: "alert bad certificate",
}


@pytest.mark.parametrize("mistake", _REFUSED, ids=lambda mistake: mistake.__name__)
def test_who_may_not_come_in_is_told_why(
    guarded: Guarded,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    mistake: Callable[[Guarded], KafkaSettings],
) -> None:
    monkeypatch.setattr("scorer.history_topic._PATIENCE", 1.0)
    kafka, why = mistake(guarded), _REFUSED[mistake]

    producer = Producer(kafka, "scorer", delivery_seconds=1.5)
    producer.send(SCORES, "1", b"{}", ())
    with pytest.raises(DeliveryFailedError, match=why):
        producer.flush_or_raise()

    with closing(HistoryTopic(kafka, "scorer")) as histories:
        wait_until(
            lambda: histories.describe() is None and why in histories.trouble, _SECONDS, "the view"
        )

    with closing(Consumer(kafka, "scorer", [APPLICATIONS])) as consumer:
        wait_until(
            lambda: not consumer.poll_batch(1, 0.1) and told(caplog, "runtime.consumer", why),
            _SECONDS,
            "the consumer",
        )
        assert not consumer.connected

    reader = Reader(consumer_settings(kafka), 0.1, Flow(10), lambda: None)
    reader.start([kafka.topic_name(APPLICATIONS)])
    wait_until(lambda: told(caplog, "scorer.transport.reader", why), _SECONDS, "the transport")
    assert not reader.ended.done()
    reader.stop()


def told(caplog: pytest.LogCaptureFixture, logger: str, why: str) -> bool:
    return any(
        why in record.getMessage()
        for record in caplog.records
        if record.name == logger and record.levelno >= logging.WARNING
    )


def test_a_key_whose_password_is_wrong_is_named(guarded: Guarded) -> None:
    kafka = changed(guarded.by_certificate("scorer"), ssl_key_password=SecretStr("wrong"))
    with pytest.raises(KafkaException, match=r"ssl\.key\.location"):
        Producer(kafka, "scorer")


def test_the_table_allows_each_service_what_it_reads_and_writes_and_no_more(
    guarded: Guarded,
) -> None:
    names = [topic.name for topic in (*TOPICS, *DEAD_LETTERS)]
    for principal in {grant.principal for grant in table()}:
        client = AdminClient(guarded.by_password(principal).client_settings(principal))
        for topic, asked in client.describe_topics(
            TopicCollection(names), include_authorized_operations=True, request_timeout=10
        ).items():
            granted = {
                AclOperation[grant.operation.upper()]
                for grant in table()
                if (grant.principal, grant.resource) == (principal, topic)
            }
            assert allowed(asked) == (granted | {AclOperation.DESCRIBE} if granted else set())


def allowed(asked: object) -> set[AclOperation]:
    """What the broker says that one may do with a topic; nothing, where it is not even shown."""
    try:
        return set(asked.result().authorized_operations or ())  # type: ignore[attr-defined]
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_AUTHORIZATION_FAILED:
            raise
        return set()


def test_what_a_service_may_not_do_fails_and_says_so(guarded: Guarded) -> None:
    producer = Producer(guarded.by_password("scorer"), "scorer", delivery_seconds=5)
    producer.send(EXPLANATIONS, "1", b"{}", ())
    with pytest.raises(DeliveryFailedError, match="Topic authorization failed"):
        producer.flush_or_raise()
    foreign_group = Consumer(guarded.by_password("explainer"), "scorer", [SCORES])
    foreign_topic = Consumer(guarded.by_password("explainer"), "explainer", [OUTCOMES])
    for consumer, why in ((foreign_group, "Group"), (foreign_topic, "Topic")):
        with closing(consumer), pytest.raises(KafkaException, match=f"{why} authorization failed"):
            wait_until(lambda: consumer.poll_batch(1, 0.1), _SECONDS, "a record")  # noqa: B023


@pytest.fixture
def denied_before(guarded: Guarded) -> set[Grant]:
    """What was denied before the services start."""
    return guarded.audit("Denied")


@pytest.fixture
def chain(guarded: Guarded, tmp_path: Path) -> Iterator[Mapping[str, ServiceProcess]]:
    """Every service under its own name."""
    stage = Stage(guarded.operator(), a_registry(tmp_path), tmp_path)
    database = {"QUERY_API_DATABASE_URL": f"sqlite:///{tmp_path}/store.db"}
    window = {"DRIFT_MONITOR_WINDOW": str(_WINDOW), "DRIFT_MONITOR_HOP": "50"}
    with ExitStack() as stack:
        running = {}
        for name, command in _SERVICES.items():
            variables = {**guarded.variables(name), **database, **window}
            shared = dataclasses.replace(stage, variables=variables)
            process = ServiceProcess(command, shared, name.upper())
            running[name] = stack.enter_context(process)
        yield {name: process.wait_ready() for name, process in running.items()}


def test_all_services_run_on_the_table_and_use_every_line_of_it(
    guarded: Guarded,
    denied_before: set[Grant],
    chain: Mapping[str, ServiceProcess],
    tmp_path: Path,
) -> None:
    producer = Producer(guarded.by_password("producer"), "producer")
    for application in some_applications(2 * _WINDOW):
        producer.send(APPLICATIONS, str(application.SK_ID_CURR), encode(application), ())
    producer.send(HISTORIES, "100001", encode(a_history(100_001)), ())
    producer.send(OUTCOMES, "100001", encode(an_outcome(defaulted=True)), ())
    producer.flush_or_raise()
    operator = Stage(guarded.operator(), a_registry(tmp_path / "another"), tmp_path)
    for topic in {topic for topics in CONSUMED.values() for topic in topics}:
        operator.publish(topic, [(b"1", b"{")])
    address = f"http://127.0.0.1:{chain['query_api'].port}/v1/applications"
    answer = httpx.post(address, content=encode(an_application(7)), timeout=30)
    assert answer.is_success, answer.text

    for grant in table():
        wait_until(
            lambda grant=grant: grant in guarded.audit("Allowed"),  # type: ignore[misc]
            _SECONDS,
            f"{grant} is not needed",
        )
    assert guarded.audit("Denied") == denied_before, "more is needed"
    assert {name: process.stop() for name, process in chain.items()} == dict.fromkeys(chain, 0)
