"""A stream without drift through the drift monitor alone: how often it cries wolf."""

import datetime as dt
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import pandas as pd
from confluent_kafka import KafkaError, KafkaException, Producer

from bench.contest import committed, cpu_seconds
from bench.material import MODEL_NAME, Material
from bench.memory import StalledError, resident
from bench.outputs import ends, messages
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage
from contracts.codec import decode, encode
from contracts.events import Decision, DriftReported, HistoryStatus, LoanScored, Purpose, WindowKind
from contracts.features import CategoryCoder, application_columns, feature_matrix
from contracts.packing import FloatMatrix, pack
from contracts.topics import DRIFT, SCORES
from deploy.local.processes import LeashedProcess
from runtime.model_bundle import ModelBundle

_PREFIX = "clean-"
_SEED = 20_263
_BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_APART = dt.timedelta(seconds=1)  # so that a million take eleven days and a half
_BURST = 5_000
_EVERY, _TOLD = 1.0, 30
_STALL_SECONDS = 120.0
_MB = 1e6
_NOT_YET = (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.NOT_COORDINATOR)


@dataclass(frozen=True, slots=True)
class _Spent:
    """What the monitor took: seconds of a core, and bytes of memory at most."""

    cpu: float
    resident: int


@dataclass(slots=True)
class _Tally:
    """Of the verdict windows how many there were, and on how many a verdict and an alert stood."""

    windows: int = 0
    verdicts: int = 0
    alerts: int = 0
    long: int = 0  # days and weeks, which make no alerts

    def add(self, report: DriftReported) -> None:
        """Count one more report."""
        if report.window is not WindowKind.VERDICT:
            self.long += 1
            return
        self.windows += 1
        self.verdicts += bool(report.drifted)
        self.alerts += report.alert or bool(report.drifting)


def measure(stage: Stage, scale: Scale) -> Findings:
    """The alerts over as many scores as memory is watched over.

    Raises:
        StalledError: the monitor ended, or did nothing for two minutes.
    """
    count = scale.memory_events
    stage.create_topics(_PREFIX)
    stage.say(f"{count:,} scores without drift")
    publish(stage, _PREFIX, count)
    spent = _watch(stage, count)
    tally = _tally(stage)
    stage.delete_topics(_PREFIX)
    figures = {
        "alerts": float(tally.alerts),
        "a score, us": 1e6 * spent.cpu / count,
        "resident, MB": spent.resident / _MB,
    }
    return Findings(tables=[_table(count, tally, spent)], figures=figures)


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
    """The same score as of another application, made so many seconds after the first."""
    at = _BEGIN + number * _APART
    event = f"application-{number}"
    return msgspec.structs.replace(
        score,
        score_id=f"score-{number}",
        application_event_id=event,
        applied_at=at,
        scored_at=at + _APART,
        source_offset=number,
    )


def _watch(stage: Stage, count: int) -> _Spent:
    """Run the monitor until it has committed everything."""
    log = stage.folder / f"{_PREFIX}monitor.log"
    environment = {
        **stage.environment(_PREFIX),
        "DRIFT_MONITOR_HTTP_PORT": "0",
        "DRIFT_MONITOR_STATE_DIR": str(stage.folder / f"{_PREFIX}monitor"),
    }
    command = [sys.executable, "-m", "drift_monitor"]
    with LeashedProcess(command, log=log, environment=environment) as process:
        done, moved, most, looks = 0, time.monotonic(), 0, 0
        while done < count:
            if process.ended_within(_EVERY) or time.monotonic() - moved > _STALL_SECONDS:
                raise StalledError(
                    f"at {done:,} of {count:,}:\n{log.read_text(errors='replace')[-1500:]}"
                )
            now, looks = _committed(stage), looks + 1
            if now > done:
                done, moved = now, time.monotonic()
            most = max(most, resident(process.pid))
            if looks % _TOLD == 0:
                stage.say(f"{done / count:.0%} judged")
        return _Spent(cpu_seconds(process.pid), most)


def _committed(stage: Stage) -> int:
    """How far the monitor has come; 0 while Kafka still looks for its group."""
    kafka = stage.kafka(_PREFIX)
    group, topic = kafka.group_id("drift_monitor"), kafka.topic_name(SCORES)
    try:
        return committed(stage.admin, group, topic)
    except KafkaException as error:
        if error.args[0].code() not in _NOT_YET:
            raise
        return 0


def _tally(stage: Stage) -> _Tally:
    topic, tally = stage.kafka(_PREFIX).topic_name(DRIFT), _Tally()
    begin = dict.fromkeys(ends(stage.admin, topic), 0)
    for message in messages(stage.bootstrap, topic, begin):
        tally.add(decode(message.value(), DriftReported))
    return tally


def _table(count: int, tally: _Tally, spent: _Spent) -> Table:
    return Table(
        name="clean-stream",
        title="A stream without drift through the monitor",
        about="scores of synthetic applicants drawn with replacement, from the topic to the "
        "reports; alerts by verdicts and of slow drift, in every verdict window that they stand in",
        rows=[
            {
                "scores": f"{count:,}",
                "verdict windows": f"{tally.windows:,}",
                "with a verdict": f"{tally.verdicts:,}",
                "with an alert": f"{tally.alerts:,}",
                "days and weeks": f"{tally.long:,}",
                "\u00b5s of a core a score": f"{1e6 * spent.cpu / count:,.0f}",
                "most memory, MB": f"{spent.resident / _MB:,.0f}",
            }
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="verdict windows",
            series={
                "windows": [
                    ("all", tally.windows),
                    ("with a verdict", tally.verdicts),
                    ("with an alert", tally.alerts),
                ]
            },
        ),
    )
