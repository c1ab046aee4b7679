"""What the scorer does when something is missing, breaks, or ends it."""

import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient

from contracts.bundle import DIGEST_TAG
from contracts.codec import decode, encode
from contracts.errors import Reason
from contracts.events import HistoryStatus, LoanScored
from contracts.topics import APPLICATIONS, HISTORIES, SCORES
from deploy.local.kafka import LocalKafka
from deploy.local.ports import free_port
from runtime.crash_guard import Attempt, CrashGuard
from runtime.model_bundle import sha256
from runtime.settings import KafkaSettings, MlflowSettings
from tests.builders import (
    a_history,
    an_application,
    some_applications,
)
from tests.registry import a_champion, a_registry
from tests.services import ServiceProcess, Stage, a_stage
from tests.waiting import wait_until

_SECONDS = 60
_FAULTY = str(Path(__file__).with_name("faulty_scorer.py"))


@pytest.fixture
def stage(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Stage]:
    with a_stage(kafka_bootstrap, tmp_path) as stage:
        yield stage


def start(stage: Stage, *command: str, **variables: str) -> ServiceProcess:
    return ServiceProcess(command or ["-m", "scorer"], stage, "SCORER", **variables)


def ended(process: ServiceProcess) -> int:
    """The exit code, once the process has ended by itself."""
    assert process.process.ended_within(_SECONDS), process.log.read_text()[-3_000:]
    return process.process.wait()


def publish_applications(stage: Stage, count: int, times: int = 1) -> None:
    records = [(str(a.SK_ID_CURR).encode(), encode(a)) for a in some_applications(count)]
    stage.publish(APPLICATIONS, records * times)


def scores(stage: Stage) -> list[LoanScored]:
    return [decode(record.value, LoanScored) for record in stage.read(SCORES)]


def first_of_each(scores: list[LoanScored]) -> list[LoanScored]:
    """What every consumer keeps: the first record with an id."""
    kept: dict[str, LoanScored] = {}
    for scored in scores:
        kept.setdefault(scored.score_id, scored)
    return list(kept.values())


def wait_committed(stage: Stage, count: int) -> None:
    wait_until(
        lambda: stage.committed(APPLICATIONS, "scorer") == count,
        _SECONDS,
        f"{count} applications to be committed",
    )


def nowhere(folder: Path) -> Stage:
    """A stage whose Kafka does not answer, with a registry that is there."""
    kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port()}")
    return Stage(kafka, a_registry(folder), folder)


def test_without_a_champion_it_ends_with_a_clear_error(tmp_path: Path) -> None:
    empty = MlflowSettings(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")
    with start(Stage(KafkaSettings(), empty, tmp_path)) as scorer:
        assert ended(scorer) == 3
        assert "no version of model 'creditstream' carries the alias 'champion'" in str(
            scorer.logged()[-1]
        )


def test_a_champion_with_other_features_ends_it_with_a_clear_error(tmp_path: Path) -> None:
    stage = nowhere(tmp_path)
    version = a_champion(stage.mlflow, tmp_path / "bundle-2")
    manifest = json.loads((tmp_path / "bundle-2" / "manifest.json").read_text())
    changed = json.dumps(manifest | {"feature_version": "0"})
    (tmp_path / "bundle-2" / "manifest.json").write_text(changed)
    registry = MlflowClient(tracking_uri=stage.mlflow.tracking_uri)
    digest = sha256(changed.encode())
    registry.set_model_version_tag(stage.mlflow.model_name, version, DIGEST_TAG, digest)
    with start(stage) as scorer:
        assert ended(scorer) == 3
        assert "feature version: the bundle has '0', not '1'" in str(scorer.logged()[-1])


def test_while_no_kafka_answers_it_keeps_trying_and_says_so(tmp_path: Path) -> None:
    stage = nowhere(tmp_path)
    with start(stage) as scorer:
        wait_until(
            lambda: "no Kafka answers at" in scorer.reasons().get("kafka", ""),
            _SECONDS,
            "the reason to be told",
        )
        assert scorer.get("/readyz")[0] == 503
        assert scorer.get("/healthz")[0] == 200
        assert scorer.metric("creditstream_kafka_up") == 0
        assert scorer.stop() == 0


@pytest.mark.usefixtures("kafka_bootstrap")
def test_a_moved_alias_is_followed_between_batches_without_a_restart(stage: Stage) -> None:
    with start(stage).wait_ready() as scorer:
        publish_applications(stage, 10)
        wait_committed(stage, 10)
        assert {one.model_version for one in scores(stage)} == {"1"}
        a_champion(stage.mlflow, stage.folder / "bundle-2", seed=8)
        wait_until(
            lambda: scorer.metric("creditstream_model_info", version="2") == 1,
            _SECONDS,
            "the new model to be in force",
        )
        assert scorer.metric("creditstream_model_info", version="1") == 0
        publish_applications(stage, 10)
        wait_committed(stage, 20)
        assert Counter(one.model_version for one in scores(stage)) == {"1": 10, "2": 10}


def test_a_graceful_stop_finishes_the_batch_and_commits_it(stage: Stage) -> None:
    publish_applications(stage, 2_000)
    with start(stage, BATCH_SIZE="20").wait_ready() as scorer:
        wait_until(lambda: stage.count(SCORES) > 0, _SECONDS, "the first scores")
        assert scorer.stop() == 0
    assert stage.committed(APPLICATIONS, "scorer") == stage.count(SCORES)
    with start(stage):
        wait_committed(stage, 2_000)
    assert stage.count(SCORES) == 2_000, "every application was scored once"


@pytest.mark.parametrize(
    ("fault", "copies"), [("die_before_publishing", 1), ("die_after_publishing", 2)]
)
def test_a_kill_in_mid_batch_loses_nothing_though_the_alias_moved_meanwhile(
    stage: Stage, fault: str, copies: int
) -> None:
    publish_applications(stage, 20)
    with start(stage, _FAULTY, fault, "0") as scorer:
        assert ended(scorer) == -9
    a_champion(stage.mlflow, stage.folder / "bundle-2", seed=8)
    with start(stage):
        wait_committed(stage, 20)
    published = scores(stage)
    kept = first_of_each(published)
    assert sorted(one.application_id for one in kept) == [100_001 + at for at in range(20)]
    assert max(Counter(one.score_id for one in published).values()) == copies
    if copies > 1:
        assert "1" in {one.model_version for one in kept}
        assert "2" in {one.model_version for one in published}


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_kills_under_load_lose_nothing_and_keep_the_order(stage: Stage, rounds: int) -> None:
    draw, load, interrupted = random.Random(rounds), 4_000, 0
    for at in range(rounds):
        publish_applications(stage, load // 40, times=40)
        with start(stage, BATCH_SIZE="20") as scorer:
            wanted = stage.count(SCORES) + draw.randint(1, load)
            wait_until(
                lambda wanted=wanted: stage.count(SCORES) >= wanted,  # type: ignore[misc]
                3 * _SECONDS,  # a start, and the session of the one before
                "some scores",
            )
            scorer.process.kill()
        interrupted += stage.committed(APPLICATIONS, "scorer") < load * (at + 1)
    assert interrupted > rounds / 2, "most kills fell into the work"
    with start(stage):
        wait_committed(stage, load * rounds)
    assert_each_scored_once_and_in_order(stage)


def assert_each_scored_once_and_in_order(stage: Stage) -> None:
    """As consumers see it, who keep the first record with an id."""
    published = scores(stage)
    kept = first_of_each(published)
    applied = [(record.partition, record.offset) for record in stage.read(APPLICATIONS)]
    assert sorted(map(source, kept)) == applied, "one id for each application, none lost"
    assert {source(one): one.score_id for one in kept}.items() == {
        (source(one), one.score_id) for one in published
    }, "a duplicate bears the id of the first"
    by_applicant = sorted(kept, key=lambda one: one.application_id)  # stable: the topic's order
    for _, of_one in itertools.groupby(by_applicant, key=lambda one: one.application_id):
        places = list(map(source, of_one))
        assert places == sorted(places)


def source(scored: LoanScored) -> tuple[int, int]:
    """Where the application lies that it scores."""
    return scored.source_partition, scored.source_offset


def test_an_unexpected_error_ends_the_process_and_commits_nothing_of_the_batch(
    stage: Stage,
) -> None:
    stage.publish(APPLICATIONS, [(b"7", encode(an_application(7)))])
    with start(stage, _FAULTY, "fail_on", "7") as scorer:
        assert ended(scorer) == 1
        assert "a bug in the scoring" in scorer.log.read_text()
    assert stage.committed(APPLICATIONS, "scorer") == 0
    with start(stage):
        wait_committed(stage, 1)
    assert [one.application_id for one in scores(stage)] == [7]


def test_a_record_that_ends_the_process_again_and_again_is_isolated(stage: Stage) -> None:
    publish_applications(stage, 20)
    stage.publish(APPLICATIONS, [(b"7", encode(an_application(7)))])
    records = stage.read(APPLICATIONS)
    deadly = [record for record in records if record.key == b"7"]
    guard = CrashGuard(stage.folder / "scorer" / "attempts.json")
    for attempt, times in ((Attempt(records), 3), (Attempt(deadly, alone=True), 2)):
        for _ in range(times):  # the ends of earlier processes
            with pytest.raises(MemoryError), guard.guarded(attempt):
                raise MemoryError
    with start(stage, _FAULTY, "fail_on", "7") as scorer:
        assert ended(scorer) == 1
    assert stage.count(APPLICATIONS.dead_letters("scorer")) == 0
    with start(stage, _FAULTY, "fail_on", "7"):
        wait_committed(stage, 21)
    letter = stage.read(APPLICATIONS.dead_letters("scorer"))[0]
    assert (letter.key, letter.value) == (b"7", encode(an_application(7)))
    assert dict(letter.headers)["dlq_reason"] == Reason.CRASH.encode()
    assert len(first_of_each(scores(stage))) == 20


def paused(scorer: ServiceProcess, what: str) -> Callable[[], bool]:
    return lambda: what in scorer.reasons().get("dead letters", "")


def test_too_many_dead_letters_in_a_row_hold_it_until_it_is_resumed(stage: Stage) -> None:
    with start(stage, DEAD_LETTER_LIMIT="20", BATCH_SIZE="10").wait_ready() as scorer:
        stage.publish(APPLICATIONS, [(b"bad", b"{")] * 100)
        wait_until(paused(scorer, "dead letters in a row"), _SECONDS, "the pause")
        assert scorer.get("/healthz")[0] == 200
        assert scorer.metric("creditstream_paused") == 1
        held = stage.committed(APPLICATIONS, "scorer")
        assert held == stage.count(APPLICATIONS.dead_letters("scorer")) < 100
        for _ in range(10):
            wait_until(
                lambda: paused(scorer, "in a row")() or scorer.reasons() == {}, _SECONDS, "a pause"
            )
            assert scorer.get("/resume", method="POST")[0] == 200
        wait_committed(stage, 100)


def test_a_held_scorer_stops_gracefully_and_takes_nothing_more(stage: Stage) -> None:
    with start(stage, DEAD_LETTER_LIMIT="20", BATCH_SIZE="10").wait_ready() as scorer:
        stage.publish(APPLICATIONS, [(b"bad", b"{")] * 100)
        wait_until(paused(scorer, "dead letters in a row"), _SECONDS, "the pause")
        held = stage.committed(APPLICATIONS, "scorer")
        assert scorer.stop() == 0
    assert stage.committed(APPLICATIONS, "scorer") == held
    assert stage.count(APPLICATIONS.dead_letters("scorer")) == held


def test_too_many_malformed_histories_hold_the_view_and_not_the_scoring(stage: Stage) -> None:
    with start(stage, DEAD_LETTER_LIMIT="20").wait_ready() as scorer:
        stage.publish(HISTORIES, [(b"1", b"{")] * 30)
        wait_until(paused(scorer, "malformed histories in a row"), _SECONDS, "the pause")
        publish_applications(stage, 5)
        wait_committed(stage, 5)
        assert scorer.get("/resume", method="POST")[0] == 200
        assert scorer.wait_ready().metric("creditstream_paused") == 0


def test_a_full_history_store_ends_it_with_a_clear_error(stage: Stage) -> None:
    records = [(str(at).encode(), encode(a_history(at))) for at in range(1, 2_000)]
    stage.publish(HISTORIES, records)
    with start(stage, HISTORY_STORE_BYTES="65536") as scorer:
        assert ended(scorer) == 1
        assert "raise SCORER_HISTORY_STORE_BYTES" in scorer.log.read_text()


def test_two_workers_share_the_partitions_and_lose_nothing_as_they_come_and_go(
    stage: Stage,
) -> None:
    sizes, published = {"BATCH_SIZE": "20"}, 0

    def publish_more() -> None:
        nonlocal published
        publish_applications(stage, 500)
        published += 500

    def share_of(worker: ServiceProcess) -> float:
        """What it has read; there is more to read until it has its partitions."""
        publish_more()
        return worker.metric("creditstream_records_total")

    with start(stage, **sizes).wait_ready() as first:
        publish_more()
        with start(stage, STATE_DIR=str(stage.folder / "second"), **sizes).wait_ready() as second:
            wait_until(lambda: share_of(second) > 0, _SECONDS, "a share")
            assert first.stop() == 0
            publish_more()
            wait_committed(stage, published)
    assert len(first_of_each(scores(stage))) == published


def test_the_view_goes_on_where_it_was_and_starts_anew_with_a_new_topic(stage: Stage) -> None:
    stage.publish(HISTORIES, [(b"100001", encode(a_history(100_001)))])
    with start(stage).wait_ready() as scorer:
        assert scorer.metric("scorer_histories") == 1
        assert scorer.stop() == 0
    with start(stage).wait_ready() as scorer:
        assert scorer.metric("scorer_histories") == 1
        assert scorer.metric("scorer_history_records_total") == 0, "nothing was read twice"
        assert scorer.stop() == 0
    stage.recreate(HISTORIES)
    stage.publish(HISTORIES, [(b"100002", encode(a_history(100_002)))])
    with start(stage).wait_ready() as scorer:
        publish_applications(stage, 2)
        wait_committed(stage, 2)
    assert {one.application_id: one.history_status for one in scores(stage)} == {
        100_001: HistoryStatus.UNKNOWN,
        100_002: HistoryStatus.PRESENT,
    }


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_a_kafka_that_goes_away_costs_no_application(
    own_kafka: LocalKafka, tmp_path: Path, fault: str
) -> None:
    with a_stage(own_kafka.bootstrap, tmp_path, tidy=False) as stage:
        with start(stage, BATCH_SIZE="20").wait_ready() as scorer:
            publish_applications(stage, 2_000)
            wait_until(lambda: stage.count(SCORES) > 0, _SECONDS, "the first scores")
            take_away(own_kafka, fault)
            wait_until(
                lambda: scorer.process.exit_code is not None or "kafka" in scorer.reasons(),
                _SECONDS,
                "the loss to be told",
            )
            bring_back(own_kafka, fault)
            wait_until(
                lambda: (
                    scorer.process.exit_code is not None
                    or stage.committed(APPLICATIONS, "scorer") == 2_000
                ),
                _SECONDS,
                "the end of the work or of the process",
            )
        with start(stage):
            wait_committed(stage, 2_000)
        assert len(first_of_each(scores(stage))) == 2_000


def test_a_stop_while_kafka_does_not_answer_ends_the_process(
    own_kafka: LocalKafka, tmp_path: Path
) -> None:
    kept = a_stage(own_kafka.bootstrap, tmp_path, tidy=False)
    with kept as stage, start(stage).wait_ready() as scorer:
        own_kafka.process.freeze()
        scorer.stop()
        assert scorer.process.exit_code in {0, 1}
        own_kafka.process.thaw()


def take_away(kafka: LocalKafka, fault: str) -> None:
    if fault == "killed":
        kafka.halt(kill=True)
    else:
        kafka.process.freeze()


def bring_back(kafka: LocalKafka, fault: str) -> None:
    if fault == "killed":
        kafka.start()
    else:
        kafka.process.thaw()
