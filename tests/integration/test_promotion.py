import datetime as dt
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest
from mlflow import MlflowClient

from runtime.model_registry import ModelRegistry, ModelWatcher
from runtime.settings import MlflowSettings
from tests.builders import a_manifest
from tests.recorded_versions import ROWS, a_version, scores
from tests.registry import a_champion
from tests.waiting import wait_until
from training.__main__ import main
from training.dataset import NO_HISTORIES
from training.policy import DEFAULT_POLICY, read_policy
from training.promotion import PromotionConflictError, Promotions
from training.promotion_log import Move

MEN = np.array(["men", "women"])[np.arange(ROWS) % 2]


@pytest.fixture
def good(registry: MlflowSettings) -> str:
    """A version that knows much, in force."""
    version = a_version(registry, scores(noise=0.1))
    assert main(["promote", version, "--by", "a lender", "--reason", "the first"]) == 0
    return version


def champion(settings: MlflowSettings) -> str:
    return ModelRegistry(settings).champion_version()


def a_move(version: str, previous: str | None, by: str = "someone") -> Move:
    return Move(
        kind="promote",
        alias="champion",
        version=version,
        previous=previous,
        by=by,
        at=dt.datetime.now(dt.UTC).isoformat(),
        reason="a test",
    )


def test_a_promotion_says_who_when_and_why(
    registry: MlflowSettings, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (move,) = Promotions(registry).moves()

    assert (move.kind, move.version, move.previous) == ("promote", good, None)
    assert (move.by, move.reason, move.findings) == ("a lender", "the first", ())
    assert dt.datetime.fromisoformat(move.at).tzinfo is not None
    assert main(["show", good]) == 0
    assert "promoted from none to 1 by a lender: the first" in capsys.readouterr().out


def test_a_worse_model_is_refused_and_told_why(
    registry: MlflowSettings, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    worse = a_version(registry, scores(noise=0.6), seed=8)

    assert main(["promote", worse]) == 1

    said = capsys.readouterr().err
    assert "worse than the champion" in said
    assert f"{ROWS:,} rows" in said
    assert champion(registry) == good
    assert len(Promotions(registry).moves()) == 1


def test_a_better_model_is_let_through(registry: MlflowSettings, good: str) -> None:
    better = a_version(registry, scores(noise=0.0), seed=8)

    assert main(["promote", better]) == 0

    assert champion(registry) == better != good


def test_a_miscalibrated_model_is_refused(
    registry: MlflowSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    version = a_version(registry, scores(noise=0.1, shift=1.0))

    assert main(["promote", version]) == 1

    assert "miscalibrated" in capsys.readouterr().err
    assert Promotions(registry).champion() is None


def test_an_unfair_model_needs_a_reason_and_the_reason_is_kept(
    registry: MlflowSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    held_out = scores(noise=0.1)
    risky = held_out.probability > np.quantile(held_out.probability, 0.5)
    group = np.where(risky | (np.arange(ROWS) % 3 == 0), "some", "others")
    version = a_version(registry, held_out, group=group)

    assert main(["promote", version]) == 1
    assert "gender, some: is below the 0.8 rule" in capsys.readouterr().err
    assert main(["promote", version, "--override", " "]) == 2
    assert main(["promote", version, "--override", "the board decided so"]) == 0

    (move,) = Promotions(registry).moves()
    assert move.override == "the board decided so"
    assert any("gender, some" in finding for finding in move.findings)
    assert "overridden: gender, some" in capsys.readouterr().out


def test_a_reason_without_need_is_not_recorded_as_an_override(registry: MlflowSettings) -> None:
    version = a_version(registry, scores(noise=0.1), group=MEN)

    assert main(["promote", version, "--override", "to be sure"]) == 0

    (move,) = Promotions(registry).moves()
    assert move.override is None


def test_a_version_that_nobody_measured_is_refused(
    registry: MlflowSettings, good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = registry.model_copy(update={"model_alias": "elsewhere"})
    manifest = a_manifest(history_version=NO_HISTORIES)
    unmeasured = a_champion(settings, tmp_path / "bundle", manifest, seed=8)

    assert main(["promote", unmeasured]) == 1

    assert f"evaluation of version {unmeasured}" in capsys.readouterr().err
    assert champion(registry) == good


def test_a_rollback_restores_the_version_before_and_a_running_service_follows(
    registry: MlflowSettings, good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    better = a_version(registry, scores(noise=0.0), seed=8)
    assert main(["promote", better]) == 0
    watcher = ModelWatcher(ModelRegistry(registry), "test", 0.2, tmp_path / "compiled")
    assert watcher.load_first().version == better
    watcher.start()

    assert main(["rollback", "--by", "the night shift", "--reason", "complaints"]) == 0

    assert champion(registry) == good
    followed: list[str] = []

    def follows() -> bool:
        new = watcher.take_new()
        followed.extend([] if new is None else [new.version])
        return followed == [good]

    try:
        wait_until(follows, 10, "the service to follow")
    finally:
        watcher.stop()
    last = Promotions(registry).moves()[-1]
    assert (last.kind, last.version, last.previous) == ("rollback", good, better)
    assert (last.by, last.reason) == ("the night shift", "complaints")
    assert f"version {good} is champion again, in place of {better}" in capsys.readouterr().out


@pytest.mark.usefixtures("good")
def test_without_a_version_before_there_is_nothing_to_go_back_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["rollback"]) == 2

    assert "no version was champion before 1" in capsys.readouterr().err


def test_a_version_that_was_put_into_force_by_hand_is_gone_back_to_for_a_reason_alone(
    registry: MlflowSettings, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand = a_version(registry, scores(noise=0.1), seed=8)
    client = MlflowClient(registry.tracking_uri)
    client.set_registered_model_alias(registry.model_name, registry.model_alias, by_hand)
    better = a_version(registry, scores(noise=0.0), seed=9)
    assert main(["promote", better]) == 0

    assert main(["rollback"]) == 1
    assert f"version {by_hand} was never promoted" in capsys.readouterr().err
    assert champion(registry) == better != good
    assert main(["rollback", "--override", "the lesser evil"]) == 0

    assert champion(registry) == by_hand
    assert Promotions(registry).moves()[-1].override == "the lesser evil"


def test_the_version_in_force_is_not_promoted_again(
    registry: MlflowSettings, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["promote", good]) == 0

    assert f"version {good} is champion already" in capsys.readouterr().out
    assert len(Promotions(registry).moves()) == 1


def test_a_card_that_cannot_be_written_is_told_and_the_version_is_in_force(
    registry: MlflowSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("training.pipeline.update_card", full)
    version = a_version(registry, scores(noise=0.1))

    assert main(["promote", version]) == 0

    in_force, note = capsys.readouterr().out.splitlines()[-2:]
    assert in_force.endswith(f"version {version} is champion")
    assert note.endswith("does not tell of it yet: No space left on device")


def test_bounds_other_than_those_of_the_training_need_a_reason_and_are_kept(
    registry: MlflowSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lax = tmp_path / "lax.toml"
    lax.write_text(DEFAULT_POLICY.read_text().replace("four_fifths = 0.8", "four_fifths = 0.5"))
    version = a_version(registry, scores(noise=0.1))

    assert main(["promote", version, "--policy", str(lax)]) == 1
    assert "four_fifths 0.5, recorded 0.8" in capsys.readouterr().err
    assert main(["promote", version, "--policy", str(lax), "--override", "as agreed"]) == 0

    (move,) = Promotions(registry).moves()
    assert (move.override, move.rules) == ("as agreed", read_policy(lax).gate)


def test_a_record_that_was_changed_after_its_registration_is_refused(
    registry: MlflowSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = a_version(registry, scores(noise=0.1))
    (evaluation,) = tmp_path.rglob("evaluation.json")
    evaluation.write_bytes(evaluation.read_bytes() + b" ")

    assert main(["promote", version]) == 1

    assert "evaluation.json of creditstream version 1: the SHA-256" in capsys.readouterr().err


def test_whoever_judged_against_another_champion_is_told(
    registry: MlflowSettings, good: str
) -> None:
    first = a_version(registry, scores(noise=0.0), seed=8)
    second = a_version(registry, scores(noise=0.0), seed=9)
    promotions = Promotions(registry)
    promotions.move(a_move(first, good))

    with pytest.raises(PromotionConflictError, match=f"from version {good} to {first}"):
        promotions.move(a_move(second, good))

    assert champion(registry) == first


def claims(settings: MlflowSettings) -> dict[str, str]:
    tags = MlflowClient(settings.tracking_uri).get_registered_model(settings.model_name).tags
    return {key: value for key, value in tags.items() if key.startswith("promotion.claim.")}


def claim(settings: MlflowSettings, at: dt.datetime) -> None:
    text = msgspec.json.encode({"by": "another", "at": at}).decode()
    client = MlflowClient(settings.tracking_uri)
    client.set_registered_model_tag(settings.model_name, "promotion.claim.other", text)


def test_a_promotion_under_way_keeps_others_out(
    registry: MlflowSettings, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    better = a_version(registry, scores(noise=0.0), seed=8)
    claim(registry, dt.datetime.now(dt.UTC))

    assert main(["promote", better]) == 1

    assert "another has been moving an alias" in capsys.readouterr().err
    assert champion(registry) == good
    assert list(claims(registry)) == ["promotion.claim.other"]


@pytest.mark.usefixtures("good")
def test_a_claim_that_a_killed_process_left_holds_nobody_up(registry: MlflowSettings) -> None:
    better = a_version(registry, scores(noise=0.0), seed=8)
    claim(registry, dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))

    assert main(["promote", better]) == 0

    assert claims(registry) == {}


@pytest.fixture
def rivals(registry: MlflowSettings, good: str) -> tuple[list[str], list[str], str]:
    """Two versions that were both judged against the same champion, moved at the same time."""
    versions = [a_version(registry, scores(noise=0.0), seed=seed) for seed in (8, 9)]
    start, told = threading.Barrier(2), list[str]()

    def move(version: str) -> None:
        promotions = Promotions(registry)
        start.wait(timeout=30)
        try:
            promotions.move(a_move(version, good, by=version))
        except PromotionConflictError as error:
            told.append(f"{version}: {error}")

    threads = [threading.Thread(target=move, args=(version,)) for version in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return versions, told, good


def test_of_two_promotions_at_once_at_most_one_is_made_and_the_other_is_told(
    registry: MlflowSettings, rivals: tuple[list[str], list[str], str]
) -> None:
    versions, told, good = rivals

    made = Promotions(registry).moves()[1:]
    assert len(made) + len(told) == len(versions)
    assert len(made) <= 1
    assert champion(registry) == (made[0].version if made else good)
    assert claims(registry) == {}
