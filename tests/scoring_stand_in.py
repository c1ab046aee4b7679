"""A stand-in for scorer and explainer: publishes a score and an explanation of what it reads."""

import threading
from types import TracebackType
from typing import Self

import msgspec
from confluent_kafka import Consumer

from contracts import codec, ids
from contracts.application import LoanApplication
from contracts.events import EVENT_TYPES
from contracts.headers import envelope
from contracts.topics import APPLICATIONS, EXPLANATIONS, SCORES
from runtime.consumer import raw_record
from runtime.producer import Producer
from runtime.settings import KafkaSettings
from tests.published import a_score, an_explanation


class StandIn:
    """Scores all applications of a cluster, from a thread, until it is left."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stand-in")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        producer = Producer(self._kafka, "stand-in")
        consumer = Consumer(
            {
                "bootstrap.servers": self._kafka.bootstrap_servers,
                "group.id": self._kafka.group_id("stand-in"),
                "auto.offset.reset": "earliest",
            }
        )
        consumer.subscribe([self._kafka.topic_name(APPLICATIONS)])
        while not self._stopping.is_set():
            for message in consumer.consume(100, 0.1):
                if message.error() is None:
                    record = raw_record(message)
                    application = codec.decode(record.value, LoanApplication)
                    told = envelope(record, EVENT_TYPES[LoanApplication])
                    score = msgspec.structs.replace(
                        a_score(application.SK_ID_CURR, record.offset),
                        score_id=ids.score_id(told.event_id),
                        application_event_id=told.event_id,
                        source_partition=record.partition,
                        applied_at=told.time,
                        scored_at=record.time,
                    )
                    producer.send(SCORES, str(score.application_id), codec.encode(score), [])
                    explanation = codec.encode(an_explanation(score))
                    producer.send(EXPLANATIONS, str(score.application_id), explanation, [])
            producer.flush_or_raise()
        consumer.close()
