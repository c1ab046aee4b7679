import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from contracts.codec import decode, encode
from contracts.errors import Reason
from contracts.events import LoanExplained, LoanScored, Purpose
from contracts.headers import Envelope, new_traceparent
from contracts.ids import explanation_id
from contracts.packing import pack, unpack
from contracts.records import RawRecord
from contracts.topics import EXPLANATIONS, SCORES
from deploy.local.ports import free_port
from runtime.model_registry import ModelRegistry
from runtime.settings import KafkaSettings, MlflowSettings
from scorer.scoring import Applied, BatchScorer
from tests.builders import NOON, a_manifest, some_applications
from tests.registry import a_champion, a_registry
from tests.services import ServiceProcess, Stage, a_stage
from tests.waiting import wait_until

_SECONDS = 60
_FAULTY = str(Path(__file__).with_name("faulty_explainer.py"))
_LETTERS = SCORES.dead_letters("explainer")


@pytest.fixture
def stage(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Stage]:
    with a_stage(kafka_bootstrap, tmp_path) as stage:
        yield stage


@pytest.fixture(scope="module")
def running(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage on which an explainer runs through several tests."""
    folder = tmp_path_factory.mktemp("explainer")
    with a_stage(kafka_bootstrap, folder) as stage, start(stage) as explainer:
        yield stage
        assert explainer.stop() == 0


def start(stage: Stage, *command: str, **variables: str) -> ServiceProcess:
    return ServiceProcess(command or ["-m", "explainer"], stage, "EXPLAINER", **variables)


def some_scores(stage: Stage, count: int, version: str = "1", seed: int = 7) -> list[LoanScored]:
    """Scores as the scorer makes them, by a version of the model in the stage's registry."""
    applied = [
        Applied(
            application,
            Envelope(f"event-{seed}-{at}", NOON, Purpose.DECISION, new_traceparent()),
            RawRecord("loan.applications", 0, at, None, b""),
        )
        for at, application in enumerate(some_applications(count, seed))
    ]
    scorer = BatchScorer(ModelRegistry(stage.mlflow).load(version))
    return list(scorer.score(applied, [None] * count, NOON + dt.timedelta(seconds=1)).scores)


def publish(stage: Stage, scores: Sequence[LoanScored]) -> None:
    stage.publish(SCORES, [(str(one.application_id).encode(), encode(one)) for one in scores])


def explanations_of(stage: Stage, scores: Sequence[LoanScored]) -> list[LoanExplained]:
    """The explanations of these scores, as soon as each has one."""
    wanted = {one.score_id for one in scores}

    def found() -> list[LoanExplained]:
        decoded = [decode(record.value, LoanExplained) for record in stage.read(EXPLANATIONS)]
        ours = [one for one in decoded if one.score_id in wanted]
        return ours if {one.score_id for one in ours} == wanted else []

    return wait_until(found, _SECONDS, f"explanations of {len(wanted)} scores")


def changed(score: LoanScored, **change: str) -> bytes:
    return encode(msgspec.structs.replace(score, **change))


def wait_committed(stage: Stage, count: int) -> None:
    wait_until(lambda: stage.committed(SCORES, "explainer") == count, _SECONDS, f"{count} commits")


def test_every_score_is_explained_and_the_parts_add_up_to_it(running: Stage) -> None:
    scores = {one.score_id: one for one in some_scores(running, 50)}
    publish(running, list(scores.values()))
    for one in explanations_of(running, list(scores.values())):
        score = scores[one.score_id]
        parts = unpack(one.attributions, len(a_manifest().model_features))
        assert one.base_value + parts.sum(dtype=np.float64) == pytest.approx(score.raw_score)
        assert one.raw_score == score.raw_score
        assert one.explanation_id == explanation_id(one.score_id)
        assert one.applied_at == score.applied_at


def test_an_explanation_is_a_cloud_event_and_names_the_record_of_its_score(running: Stage) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    score = some_scores(running, 1, seed=11)[0]
    key = str(score.application_id).encode()
    headers = [("traceparent", f"00-{trace}-b7ad6b7169203331-01".encode())]
    running.publish(SCORES, [(key, encode(score))], headers)
    explained = explanations_of(running, [score])[0]
    source = next(one for one in running.read(SCORES) if one.value == encode(score))
    assert (explained.score_partition, explained.score_offset) == (source.partition, source.offset)
    record = next(one for one in running.read(EXPLANATIONS) if one.value == encode(explained))
    told = {name: (content or b"").decode() for name, content in record.headers}
    assert record.key == key
    assert told["ce_id"] == explained.explanation_id
    assert told["ce_type"] == "loan.explained.v1"
    assert (told["ce_source"], told["ce_subject"]) == ("explainer", key.decode())
    assert told["traceparent"].split("-")[1] == trace


def test_a_score_is_explained_by_the_version_that_made_it_after_the_alias_moved(
    running: Stage,
) -> None:
    old = some_scores(running, 5, seed=12)
    version = a_champion(running.mlflow, running.folder / "bundle-2", seed=8)
    new = some_scores(running, 5, version, seed=13)
    mixed = [score for pair in zip(old, new, strict=True) for score in pair]
    publish(running, mixed)
    explained = explanations_of(running, mixed)
    versions = {one.score_id: one.model_version for one in explained}
    assert versions == {one.score_id: one.model_version for one in mixed}
    assert len({one.base_value for one in explained}) == 2


def test_what_cannot_be_explained_is_dead_lettered_whole_and_the_next_is_explained(
    running: Stage,
) -> None:
    good, other = some_scores(running, 2, seed=14)
    key = str(good.application_id).encode()
    bad = {
        "model": (key, changed(good, model_name="other"), Reason.WRONG_VERSION),
        "version": (key, changed(good, model_version="99"), Reason.WRONG_VERSION),
        "size": (key, changed(good, features=pack(np.zeros(3))), Reason.WRONG_VERSION),
        "bytes": (b"1", b"{", Reason.NOT_JSON),
        "key": (b"2", encode(good), Reason.KEY_MISMATCH),
        "tombstone": (b"3", None, Reason.TOMBSTONE),
    }
    running.publish(SCORES, [(key, value) for key, value, _ in bad.values()])
    publish(running, [other])
    explanations_of(running, [other])
    wait_until(lambda: running.count(_LETTERS) == len(bad), _SECONDS, "the dead letters")
    letters = {
        (letter.key, letter.value, (dict(letter.headers)["dlq_reason"] or b"").decode())
        for letter in running.read(_LETTERS)
    }
    assert letters == {(key, value, reason.value) for key, value, reason in bad.values()}


def test_a_kill_after_publishing_gives_the_same_explanation_id_again(stage: Stage) -> None:
    publish(stage, some_scores(stage, 5))
    with start(stage, _FAULTY, "die_before_commit") as faulty:
        assert faulty.process.ended_within(_SECONDS)
    with start(stage):
        wait_committed(stage, 5)
    records = stage.read(EXPLANATIONS)
    ids = [decode(record.value, LoanExplained).explanation_id for record in records]
    assert len(set(ids)) == 5
    assert len(ids) > 5, "the batch that was published before the kill came again"


def test_attributions_that_do_not_add_up_end_the_process_and_nothing_is_published(
    stage: Stage,
) -> None:
    score = some_scores(stage, 1)[0]
    publish(stage, [msgspec.structs.replace(score, raw_score=score.raw_score + 0.001)])
    with start(stage) as explainer:
        assert explainer.process.ended_within(_SECONDS)
        assert explainer.process.exit_code == 1
        assert "from the raw score" in explainer.log.read_text()
    assert stage.count(EXPLANATIONS) == 0
    assert stage.committed(SCORES, "explainer") == 0


def test_too_many_dead_letters_in_a_row_hold_it_until_it_is_resumed(stage: Stage) -> None:
    with start(stage, DEAD_LETTER_LIMIT="20", BATCH_SIZE="10").wait_ready() as explainer:
        stage.publish(SCORES, [(b"bad", b"{")] * 30)
        wait_until(lambda: "dead letters" in explainer.reasons(), _SECONDS, "the pause")
        held = stage.count(_LETTERS)
        assert 20 <= held < 30
        assert explainer.get("/resume", method="POST")[0] == 200
        wait_committed(stage, 30)


def test_without_a_champion_it_ends_with_a_clear_error(tmp_path: Path) -> None:
    empty = MlflowSettings(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")
    with start(Stage(KafkaSettings(), empty, tmp_path)) as explainer:
        assert explainer.process.ended_within(_SECONDS)
        assert explainer.process.exit_code == 3
        assert "carries the alias 'champion'" in str(explainer.logged()[-1])


def test_while_no_kafka_answers_it_keeps_trying_and_says_so(tmp_path: Path) -> None:
    kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port()}")
    with start(Stage(kafka, a_registry(tmp_path), tmp_path)) as explainer:
        wait_until(lambda: "kafka" in explainer.reasons(), _SECONDS, "the reason to be told")
        assert explainer.get("/healthz")[0] == 200
        assert explainer.stop() == 0
