"""The Faust application: how the scorer joins its group and gets its stream."""

import logging
from typing import Any, cast

import faust
from faust.streams import Stream
from faust.types import StreamT
from mode.supervisors import CrashingSupervisor

from contracts.topics import APPLICATIONS
from scorer.agents import ScoringAgent
from scorer.settings import ScorerSettings

_DAY = 24 * 3600.0


def create_app(settings: ScorerSettings, agent: ScoringAgent) -> faust.App:
    """The application with its one agent; nothing runs yet.

    Tables, the leader topic, topic creation and the web server of Faust stay off: none is needed,
    and the server would show what passes by. One agent at a time, for with more Faust commits past
    messages in flight; scale by partitions and processes.
    """
    kafka = settings.kafka
    app = faust.App(
        kafka.group_id("scorer"),
        broker=";".join(f"kafka://{server}" for server in kafka.bootstrap_servers.split(",")),
        datadir=str(settings.state_dir / "faust"),
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        agent_supervisor=CrashingSupervisor,  # the default one restarts past a failed batch
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=APPLICATIONS.max_message_bytes * 4,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=3.0,
        broker_max_poll_interval=_DAY,  # a paused worker stays in its group until it is resumed
        stream_buffer_maxsize=max(settings.batch_size, 1_024),
        stream_wait_empty=True,
    )
    topic = app.topic(kafka.topic_name(APPLICATIONS), key_serializer="raw", value_serializer="raw")

    @app.agent(topic, concurrency=1, name="score_applications")
    async def score_applications(stream: StreamT[Any]) -> None:
        events = cast(Stream[Any], stream)
        await agent.score_applications(events, settings.batch_size, settings.batch_wait)

    return app


def quiet_logs() -> None:
    """Keep the chatter of Faust, mode and aiokafka out of our logs.

    Without a broker aiokafka says so forty times a second; our readiness says it once.
    """
    for name, level in (("faust", "WARNING"), ("mode", "WARNING"), ("aiokafka", "CRITICAL")):
        logging.getLogger(name).setLevel(level)
