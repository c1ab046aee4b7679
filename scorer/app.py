"""The Faust application: how the scorer joins its group and gets its stream."""

import logging
from typing import Any, cast

import faust
from faust.streams import Stream
from faust.types import StreamT
from mode.supervisors import CrashingSupervisor

from contracts.topics import APPLICATIONS
from runtime.settings import KafkaSettings
from scorer.agents import ScoringAgent
from scorer.settings import ScorerSettings
from scorer.transport import Transport


def create_app(settings: ScorerSettings, agent: ScoringAgent) -> faust.App:
    """The application with its one agent; nothing runs yet.

    Tables, the leader topic, topic creation and the web server of Faust stay off: none is needed,
    and the server would show what passes by. One agent at a time; scale by partitions and
    processes.
    """
    kafka = settings.kafka
    app = faust.App(
        kafka.group_id("scorer"),
        datadir=str(settings.state_dir / "faust"),
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        agent_supervisor=CrashingSupervisor,  # the default one restarts past a failed batch
        stream_wait_empty=True,
    )
    transport = Transport(app, consumer_settings(kafka), settings.batch_size, settings.batch_wait)
    app.transport = app.producer_transport = transport
    topic = app.topic(kafka.topic_name(APPLICATIONS), key_serializer="raw", value_serializer="raw")

    @app.agent(topic, concurrency=1, name="score_applications")
    async def score_applications(stream: StreamT[Any]) -> None:
        await agent.score_applications(cast(Stream[Any], stream))

    return app


def consumer_settings(kafka: KafkaSettings) -> dict[str, Any]:
    """How the scorer reads.

    The classic group protocol, unless the new one is asked for: there the broker alone says how
    long a dead worker keeps its partitions, 45 seconds by default.
    """
    settings = {
        **kafka.client_settings("scorer"),
        "group.id": kafka.group_id("scorer"),
        "auto.offset.reset": "earliest",
        "fetch.queue.backoff.ms": 10,  # 1000 by default, which starves a slow consumer
        "queued.max.messages.kbytes": 16_384,  # some 6,000 applications, several batches
    }
    if kafka.group_protocol == "consumer":
        return {**settings, "group.protocol": "consumer"}
    return {
        **settings,
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": 10_000,
        "heartbeat.interval.ms": 3_000,
    }


def quiet_logs() -> None:
    """Keep the chatter of Faust and mode out of our logs."""
    for name in ("faust", "mode"):
        logging.getLogger(name).setLevel("WARNING")
