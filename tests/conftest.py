"""What every suite may ask for: a real Kafka, topics of its own, containers, the real rows."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from deploy.local import ports
from deploy.local.kafka import LocalKafka
from deploy.local.kafka_jars import JarError, kafka_class_path
from tests.containers import daemon_problem, kafka_container, postgres_container
from tests.postgres import installed_binaries, installed_postgres
from tests.topics import TopicFactory

_ROOT = Path(__file__).parents[1]
_MARKER_OF_FIXTURE = {
    "kafka_bootstrap": "kafka",
    "own_kafka": "kafka",
    "kafka_jars": "kafka",
    "docker_kafka_bootstrap": "docker",
    "docker_postgres_url": "docker",
}


def pytest_configure() -> None:
    settings.register_profile("dev", deadline=None)
    settings.register_profile(
        "ci", deadline=None, derandomize=True, max_examples=100, print_blob=True
    )
    settings.load_profile("ci" if _in_ci() else "dev")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a broker or a daemon by the fixtures it asks for; browsers come last.

    The browser's driver runs an event loop in this thread and switches stacks below Python's feet.
    """
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in _MARKER_OF_FIXTURE:
                item.add_marker(_MARKER_OF_FIXTURE[fixture])
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def kafka_jars() -> None:
    """What a local Kafka of a test's own is started from."""
    _require_jars()


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """The address of a real Kafka: the given one, else a local one for the whole run."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        yield given
        return
    _require_jars()
    with LocalKafka() as kafka:
        yield kafka.bootstrap


@pytest.fixture
def own_kafka() -> Iterator[LocalKafka]:
    """A local Kafka of this test alone, to freeze, to crash and to restart."""
    _require_jars()
    with LocalKafka() as kafka:
        yield kafka


@pytest.fixture
def topic_prefix(kafka_bootstrap: str) -> Iterator[str]:
    """A prefix nobody else uses; the topics that bear it are deleted after the test."""
    prefix = f"test-{uuid.uuid4().hex[:8]}-"
    yield prefix
    TopicFactory(kafka_bootstrap, prefix).delete_all()


@pytest.fixture
def make_topic(kafka_bootstrap: str, topic_prefix: str) -> TopicFactory:
    """Creates topics under `topic_prefix`: `make_topic("scores", partitions=4)` gives the name."""
    return TopicFactory(kafka_bootstrap, topic_prefix)


@pytest.fixture(scope="session")
def docker_kafka_bootstrap() -> Iterator[str]:
    """The address of Kafka in a container."""
    _require_daemon()
    with kafka_container() as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def docker_postgres_url() -> Iterator[str]:
    """The SQLAlchemy address of a PostgreSQL server in a container."""
    _require_daemon()
    with postgres_container() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a PostgreSQL server: in a container, else of the installed binaries."""
    problem = daemon_problem()
    if problem is None:
        yield request.getfixturevalue("docker_postgres_url")
    elif binaries := installed_binaries():
        with installed_postgres(binaries) as url:
            yield url
    else:
        pytest.skip(f"{problem}, and no PostgreSQL is installed")


@pytest.fixture(scope="session")
def sample_dir() -> Path:
    """The folder of real Home Credit rows."""
    default = _ROOT.parent / "shared" / "home_credit_sample"
    folder = Path(os.environ.get("CREDITSTREAM_SAMPLE", default))
    if not (folder / "application_train.csv.gz").exists():
        pytest.skip(f"no real rows in {folder}: set CREDITSTREAM_SAMPLE to a folder of them")
    return folder


@pytest.fixture
def free_port() -> int:
    """A loopback port that nothing listens on."""
    return ports.free_port()


def _in_ci() -> bool:
    return os.environ.get("CI") == "true"


def _require_jars() -> None:
    """Without Kafka's jars a developer's run goes on without a broker; in CI that is an error."""
    try:
        kafka_class_path()
    except JarError as error:
        _unavailable(f"no Kafka to start: {error}")


def _unavailable(reason: str) -> NoReturn:
    if _in_ci():
        pytest.fail(reason)
    pytest.skip(reason)


def _require_daemon() -> None:
    if problem := daemon_problem():
        pytest.skip(problem)
