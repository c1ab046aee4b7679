"""The drift monitor as a process on a real Kafka: it counts every score once, come what may."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest

from contracts.codec import encode
from contracts.events import Purpose
from contracts.records import RawRecord
from contracts.topics import SCORES
from deploy.local.ports import free_port
from drift_monitor.app import STATE_FILE
from drift_monitor.performance.ledger import Ledger
from drift_monitor.performance.queries import read_records, waiting_outcomes
from drift_monitor.performance.settings import LEDGER_FILE
from runtime.settings import KafkaSettings
from runtime.topics import create_missing_topics
from tests.drift import scores_of
from tests.monitor import (
    SECONDS,
    bundle_of,
    on_one_partition,
    publish,
    publish_outcomes,
    reports,
    rows,
    run_to_end,
    start,
    wait_committed,
)
from tests.published import an_outcome
from tests.registry import a_champion, a_registry
from tests.services import Stage, a_stage
from tests.topics import TopicFactory
from tests.waiting import wait_until

_FAULTY = str(Path(__file__).with_name("faulty_monitor.py"))
_WITHOUT_ALIBI = str(Path(__file__).with_name("without_alibi.py"))
_LETTERS = SCORES.dead_letters("drift_monitor")


@pytest.fixture
def stage(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Stage]:
    with a_stage(kafka_bootstrap, tmp_path) as stage:
        yield stage


def test_drift_is_reported_by_name_and_shown(stage: Stage) -> None:
    clean, drifted = rows(400), rows(400, drifted=True)
    scores = scores_of(bundle_of(stage), np.vstack([clean, drifted]))
    publish(stage, on_one_partition(scores))
    with start(stage).wait_ready() as monitor:
        wait_committed(stage, 800)
        found = reports(stage)
        assert [report.size for report in found] == [200] * 4
        assert [report.alert for report in found[:3]] == [False] * 3
        assert not found[0].drifted + found[1].drifted
        assert found[2].drifted[0] == found[3].drifted[0] == "EXT_SOURCE_2"
        assert "EXT_SOURCE_2" in found[3].alerted
        words = [one.words for one in found[3].columns if one.column == "EXT_SOURCE_2"]
        assert any(said.startswith("EXT_SOURCE_2 missing 0 % → ") for said in words)
        labels = {"feature": "EXT_SOURCE_2"}
        wait_until(
            lambda: monitor.metric("drift_monitor_alert", **labels) == 1,
            SECONDS,
            "the alert to be shown",
        )
        assert monitor.metric("drift_monitor_missing_share", **labels) > 0.4
        assert monitor.metric("drift_monitor_effect", test="missing", **labels) > 0.4
        assert monitor.metric("drift_monitor_scores_total", outcome="counted") == 800
        assert monitor.metric("drift_monitor_verdict_windows_total", outcome="clean") == 2


def test_what_does_not_count_is_left_out_and_what_is_bad_is_a_dead_letter(stage: Stage) -> None:
    bundle = bundle_of(stage)
    right = scores_of(bundle, rows(20))
    simulated = scores_of(bundle, rows(5), first=20, purpose=Purpose.SIMULATION)
    other_model = msgspec.structs.replace(right[0], model_name="other")
    no_version = msgspec.structs.replace(right[1], model_version="77")
    short = msgspec.structs.replace(right[2], features="AAAA")
    bad = {
        b"not_json": (b"1", b"no score"),
        b"key_mismatch": (b"1", encode(right[0])),
        b"bad_id": (b"1", b"{}"),
        b"tombstone": (b"1", None),
        b"wrong_version": (b"100003", encode(short)),
    }
    publish(stage, [*right, *right, *simulated, other_model, no_version])
    headers = [("ce_id", b"told"), ("x-own", b"\xff")]
    stage.publish(SCORES, list(bad.values()), headers)
    with start(stage).wait_ready() as monitor:
        wait_committed(stage, 52)
        wait_until(
            lambda: monitor.metric("drift_monitor_scores_total", outcome="counted") == 20,
            SECONDS,
            "the right scores to be counted",
        )
        assert monitor.metric("drift_monitor_scores_total", outcome="duplicate") == 20
        assert monitor.metric("drift_monitor_scores_total", outcome="simulation") == 5
        letters = [letter for letter in stage.read(_LETTERS) if told(letter, "x-own")]
        assert {told(one, "dlq_reason"): (one.key, one.value) for one in letters} == bad
        assert all(told(one, "dlq_event_id") == b"told" for one in letters)
        assert stage.count(_LETTERS) == len(bad) + 2


def told(record: RawRecord, name: str) -> bytes | None:
    return dict(record.headers).get(name)


def test_reports_after_kills_equal_those_of_an_undisturbed_run(
    stage: Stage, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Killed before and after every step that the outside can see, at different batches."""
    scores = on_one_partition(scores_of(bundle_of(stage), rows(1_500)))
    kills = [
        ("before_save", 4),
        ("after_save", 5),
        ("before_report", 2),
        ("after_report", 2),
        ("before_commit", 3),
        ("after_commit", 4),
    ]
    publish(stage, scores)
    for point, times in kills:
        with start(stage, _FAULTY, point, str(times)) as monitor:
            assert monitor.process.ended_within(SECONDS), monitor.log.read_text()[-3_000:]
            assert monitor.process.wait() == -9
    run_to_end(stage)
    with a_stage(kafka_bootstrap, tmp_path_factory.mktemp("undisturbed")) as undisturbed:
        publish(undisturbed, scores)
        run_to_end(undisturbed)
        expected = reports(undisturbed)
    assert [report.size for report in expected] == [200] * 7
    assert reports(stage) == expected


def test_on_several_partitions_every_score_counts_once_whatever_comes_again(stage: Stage) -> None:
    scores = scores_of(bundle_of(stage), rows(700))
    publish(stage, scores[:400])
    with start(stage, _FAULTY, "before_commit", "6") as monitor:
        assert monitor.process.ended_within(SECONDS), monitor.log.read_text()[-3_000:]
    publish(stage, scores[200:500])
    publish(stage, scores)
    with start(stage).wait_ready() as monitor:
        wait_committed(stage, 1_400)
        wait_until(
            lambda: monitor.metric("drift_monitor_waiting_scores") == 100,
            SECONDS,
            "100 scores to wait for the next verdict",
        )
    assert [report.size for report in reports(stage)] == [200] * 3


def test_after_kills_every_score_and_outcome_is_in_the_ledger_once(stage: Stage) -> None:
    """Outcomes before their scores, twice, contradicting and of nobody; killed at four points."""
    scores = scores_of(bundle_of(stage), rows(400))
    outcomes = [an_outcome(one.application_id, 1, defaulted=False) for one in scores[:300]]
    later = [an_outcome(one.application_id, 2, defaulted=True) for one in scores[:50]]
    early, rest = outcomes[:100], [*outcomes, *later, *outcomes[:20]]
    publish_outcomes(stage, early)
    publish(stage, scores)
    publish_outcomes(stage, [*rest, an_outcome(7, defaulted=True)])
    for point, times in [("after_ledger", 2), ("before_save", 2), ("after_save", 2)]:
        with start(stage, _FAULTY, point, str(times)) as monitor:
            assert monitor.process.ended_within(SECONDS), monitor.log.read_text()[-3_000:]
            assert monitor.process.wait() == -9
    ledger_url = f"sqlite:///{stage.folder}/drift_monitor/{LEDGER_FILE}"
    with closing(Ledger(ledger_url)) as ledger, start(stage).wait_ready():
        wait_until(
            lambda: (
                len(reports(stage)) == 2
                and read_records(ledger.engine, "1").defaulted.sum() == len(later)
                and waiting_outcomes(ledger.engine) == 1
            ),
            SECONDS,
            "the ledger to hold every score and outcome",
        )
        held = read_records(ledger.engine, "1")
        assert sorted(held.application_id) == [one.application_id for one in scores]
        assert int(held.labelled.sum()) == len(outcomes)
    assert [report.size for report in reports(stage)] == [200, 200]


def test_a_new_model_brings_its_own_reference_without_a_restart(stage: Stage) -> None:
    with start(stage).wait_ready():
        publish(stage, on_one_partition(scores_of(bundle_of(stage), rows(200))))
        wait_committed(stage, 200)
        a_champion(stage.mlflow, stage.folder / "bundle-2", seed=8)
        second = scores_of(bundle_of(stage, "2"), rows(200), first=200)
        publish(stage, on_one_partition(second))
        wait_committed(stage, 400)
    found = [(report.model_version, report.size) for report in reports(stage)]
    assert found == [("1", 200), ("2", 200)]


def test_a_second_monitor_stands_by_and_takes_over_when_the_first_is_killed(stage: Stage) -> None:
    scores = on_one_partition(scores_of(bundle_of(stage), rows(400)))
    with start(stage).wait_ready() as first, start(stage) as second:
        wait_until(
            lambda: "another monitor is active" in second.reasons().get("standby", ""),
            SECONDS,
            "the second to stand by",
        )
        assert second.get("/healthz")[0] == 200
        publish(stage, scores[:150])
        wait_committed(stage, 150)
        first.process.kill()
        second.wait_ready()
        publish(stage, scores[100:])
        wait_committed(stage, 450)
    assert [report.size for report in reports(stage)] == [200, 200]


def test_topics_created_anew_make_the_state_empty(stage: Stage) -> None:
    publish(stage, scores_of(bundle_of(stage), rows(150)))
    run_to_end(stage)
    TopicFactory(stage.kafka.bootstrap_servers, stage.kafka.topic_prefix).delete_all()
    wait_until(lambda: create_missing_topics(stage.kafka), SECONDS, "new topics")
    publish(stage, on_one_partition(scores_of(bundle_of(stage), rows(200))))
    with start(stage).wait_ready() as monitor:
        wait_until(lambda: reports(stage), SECONDS, "a report on the new topic's scores")
        assert monitor.metric("drift_monitor_scores_total", outcome="counted") == 200
    assert [report.size for report in reports(stage)] == [200]


def test_while_no_kafka_answers_it_keeps_trying_and_says_so(tmp_path: Path) -> None:
    kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port()}")
    with start(Stage(kafka, a_registry(tmp_path), tmp_path)) as monitor:
        wait_until(
            lambda: "no Kafka answers at" in monitor.reasons().get("kafka", ""),
            SECONDS,
            "the reason to be told",
        )
        assert monitor.get("/healthz")[0] == 200
        assert monitor.stop() == 0


def test_a_damaged_state_file_ends_it_with_a_clear_error(stage: Stage) -> None:
    folder = stage.folder / "drift_monitor"
    folder.mkdir()
    (folder / STATE_FILE).write_bytes(b"no database " * 100)
    with start(stage) as monitor:
        assert monitor.process.ended_within(SECONDS)
        assert monitor.process.wait() == 1
        assert "state.sqlite: file is not a database" in str(monitor.logged()[-1])


def test_without_alibi_detect_everything_runs(stage: Stage) -> None:
    clean, drifted = rows(200), rows(200, drifted=True)
    scores = scores_of(bundle_of(stage), np.vstack([clean, drifted]))
    publish(stage, on_one_partition(scores))
    with start(stage, _WITHOUT_ALIBI, "drift_monitor") as monitor:
        wait_committed(stage, 400)
        assert monitor.stop() == 0
    clean_report, drifted_report = reports(stage)
    assert not clean_report.drifted
    assert drifted_report.drifted[0] == "EXT_SOURCE_2"
    assert {one.test for one in clean_report.columns} >= {"ks", "chi_squared", "missing"}


def test_alibi_detect_that_is_asked_for_and_not_installed_is_named(tmp_path: Path) -> None:
    nowhere = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port()}")
    stage = Stage(nowhere, a_registry(tmp_path), tmp_path)
    with start(stage, _WITHOUT_ALIBI, "drift_monitor", BACKEND="alibi") as monitor:
        assert monitor.process.ended_within(SECONDS)
        assert monitor.process.exit_code == 1
        assert "alibi, but alibi-detect is not installed" in str(monitor.logged()[-1])
