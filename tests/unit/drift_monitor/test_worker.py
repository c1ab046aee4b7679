"""The loop on a broker in memory: nothing is committed that is not saved, sent and confirmed."""

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from contracts import codec
from contracts.bundle import IncompatibleBundleError
from contracts.events import DriftReported, LoanScored, OutcomeObserved, Purpose
from contracts.records import RawRecord
from contracts.topics import CONSUMED, DRIFT, OUTCOMES, SCORES
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.metrics import DriftCollector
from drift_monitor.monitor import DriftMonitor, Observed
from drift_monitor.performance.board import Board
from drift_monitor.performance.economics import Economics
from drift_monitor.performance.ledger import Ledger
from drift_monitor.performance.metrics import PerformanceCollector
from drift_monitor.performance.queries import last_windows, read_records
from drift_monitor.performance.records import Records
from drift_monitor.policy import Policy
from drift_monitor.publishing import Publisher
from drift_monitor.references import RegistryReferences
from drift_monitor.state import Arrived
from drift_monitor.store import StateError, Store
from drift_monitor.windows import Sizes
from drift_monitor.worker import Worker
from runtime.crash_guard import CrashGuard
from runtime.database import StoreError
from runtime.meter import Meter
from runtime.model_bundle import ModelBundle
from runtime.producer import DeliveryFailedError
from runtime.service import Service
from tests.builders import a_bundle, a_reference
from tests.drift import headers_of, scores_of
from tests.fakes import FakeBroker, FakeConsumer
from tests.published import an_outcome

SIZES = Sizes(window=40, hop=20, least=20, max_age=dt.timedelta(days=36_500))
TOPICS = CONSUMED["drift_monitor"]
ECONOMICS = Economics(0.1, 0.6, 0.01, 0.5, 0.2)
DEAD_LETTERS = SCORES.dead_letters("drift_monitor")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


class LastRound(FakeConsumer):
    """Stops the service once everything has been read."""

    on_end: Callable[[], None]

    def poll_batch(self, size: int, wait: float) -> list[RawRecord]:
        batch = super().poll_batch(size, wait)
        if not batch:
            self.on_end()
        return batch

    def idle(self, wait: float) -> None:
        super().idle(wait)
        self.on_end()


class HasAPart(LastRound):
    """A member whose group has given the first partition to another one."""

    @property
    def assigned(self) -> frozenset[tuple[str, int]]:
        return super().assigned - {("loan.scores", 0)}


class KnowsLittle(LastRound):
    """A member that has not heard yet where one of its partitions ends."""

    def lag(self) -> dict[tuple[str, int], int]:
        return {place: lag for place, lag in super().lag().items() if place != ("loan.scores", 0)}


class OneModel:
    """A registry that has the tiny model as every version."""

    def __init__(self, bundle: ModelBundle) -> None:
        self._bundle = bundle

    def load(self, version: str) -> ModelBundle:
        del version
        return self._bundle


def run(
    broker: FakeBroker,
    folder: Path,
    bundle: ModelBundle,
    *,
    sizes: Sizes = SIZES,
    limit: int = 100,
    size: int = 16,
    reads: type[LastRound] = LastRound,
    collector: DriftCollector | None = None,
    performance: PerformanceCollector | None = None,
) -> Service:
    """Run the monitor until it has read everything, as one process would."""
    service = Service(
        "drift_monitor", host="127.0.0.1", port=0, stall_seconds=60, dead_letter_limit=limit
    )
    service.start()
    path = folder / "state.sqlite"
    with (
        closing(service),
        closing(Store(path, sizes, 1000)) as store,
        closing(Ledger(ledger_of(folder))) as ledger,
    ):
        consumer = reads(broker, service.name, TOPICS, store.position)
        consumer.on_end = service.stopping.set
        references = RegistryReferences(OneModel(bundle), "creditstream", ())
        worker = Worker(
            service=service,
            consumer=consumer,
            publisher=Publisher(broker.producer(service.name), broker.kafka, service.name),
            store=store,
            monitor=DriftMonitor(
                references,
                ScipyDetectors(),
                sizes=sizes,
                policy=Policy(),
                state=store.load(),
            ),
            references=references,
            collector=collector or DriftCollector(),
            guard=CrashGuard(folder / "attempts.json"),
            meter=Meter(service, broker.kafka, TOPICS),
            board=Board(ledger, ECONOMICS, performance or PerformanceCollector()),
            outcomes=broker.kafka.topic_name(OUTCOMES),
            segment="NAME_CONTRACT_TYPE",
            partitions={broker.kafka.topic_name(one): one.partitions for one in TOPICS},
        )
        worker.run(size=size, wait=0.01)
    return service


def ledger_of(folder: Path) -> str:
    return f"sqlite:///{folder}/ledger.sqlite"


def publish(broker: FakeBroker, scores: Sequence[LoanScored]) -> None:
    producer = broker.producer("scorer")
    for score in scores:
        producer.send(SCORES, str(score.application_id), codec.encode(score), headers_of(score))
    producer.flush_or_raise()


def reports(broker: FakeBroker) -> list[DriftReported]:
    return [codec.decode(record.value, DriftReported) for record in broker.records(DRIFT)]


def uncommitted(broker: FakeBroker) -> int:
    return sum(FakeConsumer(broker, "drift_monitor", [SCORES]).lag().values())


def test_every_window_is_reported_under_its_id_and_everything_is_committed(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(100, seed=3)))
    run(broker, tmp_path, bundle)
    assert [report.size for report in reports(broker)] == [40, 40]
    keys = [record.key for record in broker.records(DRIFT)]
    assert keys == [report.window_id.encode() for report in reports(broker)]
    assert uncommitted(broker) == 0


def test_what_is_no_score_is_a_dead_letter_and_the_others_count(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker = FakeBroker()
    scores = scores_of(bundle, a_reference(40, seed=3))
    publish(broker, [msgspec.structs.replace(scores[0], features="AAAA"), *scores[1:]])
    producer = broker.producer("scorer")
    producer.send(SCORES, "1", b"no score", ())
    producer.flush_or_raise()
    run(broker, tmp_path, bundle)
    reasons = {dict(record.headers)["dlq_reason"] for record in broker.records(DEAD_LETTERS)}
    assert reasons == {b"wrong_version", b"not_json"}
    publish(broker, scores_of(bundle, a_reference(1, seed=4), first=40))
    run(broker, tmp_path, bundle)
    assert [report.size for report in reports(broker)] == [40]


def test_an_old_window_is_reported_once_there_is_nothing_more_to_read(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(70, seed=3)))
    run(broker, tmp_path, bundle, sizes=dataclasses.replace(SIZES, max_age=dt.timedelta(days=1)))
    assert [report.size for report in reports(broker)] == [40, 30]


def test_an_old_window_stays_open_while_scores_of_it_may_wait_unread(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker, sizes = FakeBroker(), dataclasses.replace(SIZES, max_age=dt.timedelta(days=1))
    publish(broker, scores_of(bundle, a_reference(70, seed=3)))
    run(broker, tmp_path, bundle, sizes=sizes, reads=KnowsLittle)
    assert [report.size for report in reports(broker)] == [40]
    run(broker, tmp_path, bundle, sizes=sizes)
    assert [report.size for report in reports(broker)] == [40, 30]


def test_with_a_part_of_the_partitions_nothing_is_counted_and_it_says_why(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(70, seed=3)))
    service = run(broker, tmp_path, bundle, reads=HasAPart)
    assert reports(broker) == []
    assert uncommitted(broker) == 70
    assert "1 of 8 partitions are with another monitor" in service.health.unready()["partitions"]
    assert service.health.stalled() is None
    service = run(broker, tmp_path, bundle)
    assert [report.size for report in reports(broker)] == [40]
    assert "partitions" not in service.health.unready()


def test_an_alert_is_logged_with_what_it_does(
    tmp_path: Path, bundle: ModelBundle, caplog: pytest.LogCaptureFixture
) -> None:
    broker, rows = FakeBroker(), a_reference(80, seed=3)
    rows[:, bundle.manifest.features.index("EXT_SOURCE_2")] = float("nan")
    publish(broker, scores_of(bundle, rows))
    with caplog.at_level(logging.WARNING):
        run(broker, tmp_path, bundle)
    (line,) = [one for one in caplog.messages if "alert on EXT_SOURCE_2" in one]
    assert "; mean probability " in line


def test_scores_that_are_dated_ahead_are_logged_and_counted(
    tmp_path: Path, bundle: ModelBundle, caplog: pytest.LogCaptureFixture
) -> None:
    broker = FakeBroker()
    first, *rest = scores_of(bundle, a_reference(40, seed=3))
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(days=400)
    publish(broker, [msgspec.structs.replace(first, applied_at=ahead, scored_at=ahead), *rest])
    with caplog.at_level(logging.WARNING):
        run(broker, tmp_path, bundle)
    assert "1 scores are dated ahead of the clock: taken as of now" in caplog.messages
    assert [report.size for report in reports(broker)] == [40]


def shown(*collectors: DriftCollector | PerformanceCollector) -> set[str]:
    return {one.name for part in collectors for one in part.collect() if one.samples}


def test_a_new_version_is_not_shown_with_the_window_of_the_one_before(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker, parts = FakeBroker(), (DriftCollector(), PerformanceCollector())
    scores = scores_of(bundle, a_reference(70, seed=3))
    of_window = {"drift_monitor_window_scores", "drift_monitor_expected_performance"}
    publish(broker, scores[:40])
    run(broker, tmp_path, bundle, collector=parts[0], performance=parts[1])
    assert of_window <= shown(*parts)
    later = [msgspec.structs.replace(one, model_version="2") for one in scores[40:]]
    publish(broker, later[:1])
    run(broker, tmp_path, bundle, collector=parts[0], performance=parts[1])
    assert "drift_monitor_waiting_scores" in shown(*parts)
    assert not of_window & shown(*parts)
    publish(broker, later[1:])
    run(broker, tmp_path, bundle, collector=parts[0], performance=parts[1])
    assert of_window <= shown(*parts)


def test_versions_side_by_side_are_each_shown_with_their_own_window(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker, collector = FakeBroker(), DriftCollector()
    scores = scores_of(bundle, a_reference(102, seed=3))
    versions = "1" * 40 + "2" * 60 + "12"
    scores = [
        msgspec.structs.replace(one, model_version=version)
        for one, version in zip(scores, versions, strict=True)
    ]
    ends = []
    for some in (scores[:40], scores[40:100], scores[100:101], scores[101:]):
        publish(broker, some)
        run(broker, tmp_path, bundle, collector=collector)
        ends += window_ends(collector)
    assert ends[0] != ends[1]
    assert ends[2:] == ends[:2]


def window_ends(collector: DriftCollector) -> list[float]:
    name = "drift_monitor_window_timestamp_seconds"
    (family,) = [one for one in collector.collect() if one.name == name]
    return [sample.value for sample in family.samples]


def test_simulations_do_not_count(tmp_path: Path, bundle: ModelBundle) -> None:
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(60), purpose=Purpose.SIMULATION))
    run(broker, tmp_path, bundle)
    assert reports(broker) == []
    assert uncommitted(broker) == 0


def test_a_report_that_was_not_confirmed_is_sent_again_as_it_was(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker, steady = FakeBroker(), FakeBroker()
    scores = scores_of(bundle, a_reference(100, seed=3))
    for one in (broker, steady):
        publish(one, scores)
    broker.refuses = True
    with pytest.raises(DeliveryFailedError):
        run(broker, tmp_path / "disturbed", bundle)
    broker.refuses = False
    run(broker, tmp_path / "disturbed", bundle)
    run(steady, tmp_path / "steady", bundle)
    assert reports(broker) == reports(steady)
    assert uncommitted(broker) == 0


def test_dead_letters_that_were_not_confirmed_are_not_passed_by(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker = FakeBroker()
    producer = broker.producer("scorer")
    producer.send(SCORES, "1", b"no score", ())
    producer.flush_or_raise()
    broker.refuses = True
    with pytest.raises(DeliveryFailedError):
        run(broker, tmp_path, bundle)
    broker.refuses = False
    run(broker, tmp_path, bundle)
    assert len(broker.records(DEAD_LETTERS)) == 1


def test_the_store_leads_where_the_commit_was_lost(tmp_path: Path, bundle: ModelBundle) -> None:
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(70, seed=3)))
    run(broker, tmp_path, bundle)
    broker.committed.clear()
    publish(broker, scores_of(bundle, a_reference(30, seed=4), first=70))
    run(broker, tmp_path, bundle)
    assert [report.size for report in reports(broker)] == [40, 40]


def test_too_many_dead_letters_in_a_row_pause_the_service(
    tmp_path: Path, bundle: ModelBundle
) -> None:
    broker = FakeBroker()
    producer = broker.producer("scorer")
    for _ in range(50):
        producer.send(SCORES, "1", b"no score", ())
    producer.flush_or_raise()
    service = run(broker, tmp_path, bundle, limit=10)
    assert len(broker.records(DEAD_LETTERS)) == 16
    assert uncommitted(broker) == 34
    assert "10 dead letters in a row" in service.health.unready()["dead letters"]


def test_a_window_of_a_version_that_is_gone_is_dropped(
    tmp_path: Path, bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(30, seed=3)))
    run(broker, tmp_path, bundle)

    def gone(version: str) -> ModelBundle:
        raise IncompatibleBundleError(version)

    monkeypatch.setattr(OneModel, "load", staticmethod(gone))
    service = run(broker, tmp_path, bundle)
    assert "starting" not in service.health.unready()


def test_a_score_that_ends_the_process_again_and_again_is_a_dead_letter(
    tmp_path: Path, bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    observe = DriftMonitor.observe

    def deadly(self: DriftMonitor, arrived: Sequence[Arrived]) -> Observed:
        if any(one.score.score_id == "score-7" for one in arrived):
            raise ZeroDivisionError("a bug in the counting")
        return observe(self, arrived)

    monkeypatch.setattr(DriftMonitor, "observe", deadly)
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(41, seed=3)))
    for _ in range(6):  # three ends of the batch, three of the record alone
        with pytest.raises(ZeroDivisionError):
            run(broker, tmp_path, bundle)
    run(broker, tmp_path, bundle)
    (letter,) = broker.records(DEAD_LETTERS)
    headers = dict(letter.headers)
    assert (headers["dlq_reason"], headers["dlq_event_id"]) == (b"crash", b"score-7")
    assert [report.size for report in reports(broker)] == [40]


def publish_outcomes(broker: FakeBroker, outcomes: Sequence[OutcomeObserved]) -> None:
    producer = broker.producer("producer")
    for one in outcomes:
        producer.send(OUTCOMES, str(one.application_id), codec.encode(one), ())
    producer.flush_or_raise()


def records_of(folder: Path) -> Records:
    with closing(Ledger(ledger_of(folder))) as ledger:
        return read_records(ledger.engine, "1")


def test_outcomes_join_scores_whichever_comes_first(tmp_path: Path, bundle: ModelBundle) -> None:
    broker = FakeBroker()
    scores = scores_of(bundle, a_reference(60, seed=3))
    outcomes = [an_outcome(one.application_id, 90, defaulted=True) for one in scores]
    publish_outcomes(broker, outcomes[:30])
    run(broker, tmp_path, bundle)
    publish(broker, scores)
    run(broker, tmp_path, bundle)
    publish_outcomes(broker, [*outcomes[30:], *outcomes])
    run(broker, tmp_path, bundle)
    found = records_of(tmp_path)
    assert len(found) == 60
    assert found.defaulted.all()
    assert set(found.segment.tolist()) <= {"Cash loans", "Revolving loans", "other", "missing"}
    assert sum(FakeConsumer(broker, "drift_monitor", TOPICS).lag().values()) == 0


def test_simulations_are_not_in_the_ledger(tmp_path: Path, bundle: ModelBundle) -> None:
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(20), purpose=Purpose.SIMULATION))
    run(broker, tmp_path, bundle)
    assert len(records_of(tmp_path)) == 0


def test_what_is_no_outcome_is_a_dead_letter(tmp_path: Path, bundle: ModelBundle) -> None:
    broker = FakeBroker()
    producer = broker.producer("producer")
    producer.send(OUTCOMES, "1", b'{"application_id": 1, "defaulted": 7}', ())
    producer.flush_or_raise()
    run(broker, tmp_path, bundle)
    letters = broker.records(OUTCOMES.dead_letters("drift_monitor"))
    assert [dict(letter.headers)["dlq_reason"] for letter in letters] == [b"wrong_type"]


def test_reports_tell_what_outcomes_will_show(tmp_path: Path, bundle: ModelBundle) -> None:
    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(40, seed=3)))
    run(broker, tmp_path, bundle)
    (report,) = reports(broker)
    assert report.expected is not None
    assert report.expected.default_rate is not None
    found = records_of(tmp_path)
    assert report.expected.default_rate.value == pytest.approx(found.probability.mean(), rel=1e-4)


def test_a_ledger_that_is_away_ends_it_before_anything_moves(
    tmp_path: Path, bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreError("away")

    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(40, seed=3)))
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "take_scores", away)
        with pytest.raises(StoreError):
            run(broker, tmp_path, bundle)
    assert uncommitted(broker) == 40
    run(broker, tmp_path, bundle)
    assert len(records_of(tmp_path)) == 40
    assert [report.size for report in reports(broker)] == [40]


def test_windows_are_in_the_ledger_only_once_their_reports_are_saved(
    tmp_path: Path, bundle: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StateError("disk full")

    broker = FakeBroker()
    publish(broker, scores_of(bundle, a_reference(40, seed=3)))
    with monkeypatch.context() as patched:
        patched.setattr(Store, "save", full)
        with pytest.raises(StateError):
            run(broker, tmp_path, bundle, size=64)
    assert window_ids(tmp_path) == []
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "take_windows", full)
        with pytest.raises(StateError):
            run(broker, tmp_path, bundle, size=64)
    assert reports(broker) == []
    run(broker, tmp_path, bundle)
    assert window_ids(tmp_path) == [report.window_id for report in reports(broker)]
    assert len(reports(broker)) == 1


def window_ids(folder: Path) -> list[str]:
    with closing(Ledger(ledger_of(folder))) as ledger:
        return [one.window_id for one in last_windows(ledger.engine, "1", 10)]
