"""The same Kafka and PostgreSQL that compose runs answer when testcontainers starts them."""

from sqlalchemy import create_engine, text

from tests.round_trip import consume_values, produce_values
from tests.topics import TopicFactory


def test_kafka_in_a_container_gives_back_what_was_published(docker_kafka_bootstrap: str) -> None:
    topic = TopicFactory(docker_kafka_bootstrap, "containers-")("smoke")
    produce_values(docker_kafka_bootstrap, topic, [b"one", b"two"])

    assert consume_values(docker_kafka_bootstrap, topic, count=2) == [b"one", b"two"]


def test_postgres_in_a_container_answers_a_query(docker_postgres_url: str) -> None:
    engine = create_engine(docker_postgres_url)
    try:
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
            version = connection.execute(text("SHOW server_version_num")).scalar_one()
    finally:
        engine.dispose()
    assert int(version) // 10_000 == 15
