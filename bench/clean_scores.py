"""Scores without drift: those of synthetic applicants, drawn again and again."""

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import pandas as pd
from confluent_kafka import Producer

from bench.material import MODEL_NAME, Material
from bench.stage import Stage
from contracts.codec import encode
from contracts.events import Decision, HistoryStatus, LoanScored, Purpose
from contracts.features import CategoryCoder, application_columns, feature_matrix
from contracts.packing import FloatMatrix, pack
from contracts.topics import SCORES
from runtime.model_bundle import ModelBundle

_SEED = 20_263
_BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_APART = dt.timedelta(seconds=1)  # so that a million take eleven days and a half
_BURST = 5_000


def publish(stage: Stage, prefix: str, count: int) -> None:
    """Publish scores of applicants drawn at random, with replacement, from all there are."""
    scores = _scores(stage.material)
    topic = stage.kafka(prefix).topic_name(SCORES)
    producer = Producer(
        {
            "bootstrap.servers": stage.bootstrap,
            "partitioner": "murmur2_random",
            "linger.ms": 20,
            "queue.buffering.max.kbytes": 524_288,
        }
    )
    drawn = np.random.default_rng(_SEED).integers(len(scores), size=count)
    for number, at in enumerate(drawn.tolist()):
        score = _again(scores[at], number)
        producer.produce(topic, encode(score), str(score.application_id))
        if number % _BURST == _BURST - 1:
            producer.flush()
    producer.flush()


def _scores(material: Material) -> list[LoanScored]:
    """The score of every applicant, with the history."""
    bundle, applications = material.model(), material.applications()
    width = bundle.manifest.history_features
    table = pd.read_parquet(material.histories).set_index("SK_ID_CURR")
    histories = table.reindex([one.SK_ID_CURR for one in applications])[list(width)]
    coder = CategoryCoder(bundle.manifest.categories)
    matrix = feature_matrix(
        application_columns(applications), coder, histories.to_numpy(dtype=np.float32)
    )
    return list(_events(bundle, [one.SK_ID_CURR for one in applications], matrix))


def _events(bundle: ModelBundle, ids: Sequence[int], matrix: FloatMatrix) -> Iterator[LoanScored]:
    manifest = bundle.manifest
    for application_id, row, raw_score in zip(
        ids, matrix, bundle.raw_scores(matrix).tolist(), strict=True
    ):
        yield LoanScored(
            application_id=application_id,
            score_id=str(application_id),
            application_event_id=str(application_id),
            purpose=Purpose.DECISION,
            applied_at=_BEGIN,
            scored_at=_BEGIN,
            source_partition=0,
            source_offset=0,
            model_name=MODEL_NAME,
            model_version="1",
            feature_version=manifest.feature_version,
            history_version=manifest.history_version,
            history_status=HistoryStatus.PRESENT,
            history_as_of=_BEGIN,
            raw_score=raw_score,
            probability=manifest.calibration.probability(raw_score),
            points=0,
            decision=Decision.REFER,
            features=pack(row),
        )


def _again(score: LoanScored, number: int) -> LoanScored:
    """The same score as of another applicant, made so many seconds after the first.

    Under the one applicant's id it would go to the same partition always, and each partition would
    hold a population of its own.
    """
    at = _BEGIN + number * _APART
    event = f"application-{number}"
    return msgspec.structs.replace(
        score,
        application_id=number + 1,
        score_id=f"score-{number}",
        application_event_id=event,
        applied_at=at,
        scored_at=at + _APART,
        source_offset=number,
    )
