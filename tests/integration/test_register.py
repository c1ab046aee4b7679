import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mlflow import MlflowClient

from runtime.settings import MlflowSettings
from tests.builders import a_bundle
from training.record_files import BUNDLE
from training.register import EXPERIMENT, Record, register

_ROOM, _TOO_MUCH = 4 << 20, 8 << 20


@pytest.fixture
def record(tmp_path: Path) -> Record:
    a_bundle(tmp_path / "record" / BUNDLE)
    return Record({"seed": 7}, {"auc": 0.7}, {"code_version": "abc"}, tmp_path / "record")


@contextmanager
def little_room() -> Iterator[None]:
    """Every write past some megabytes of a file truly fails, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def versions(settings: MlflowSettings) -> list[str]:
    client = MlflowClient(tracking_uri=settings.tracking_uri)
    return [str(one.version) for one in client.search_model_versions("name='creditstream'")]


def test_a_write_that_truly_fails_leaves_no_version_and_a_failed_run(
    registry: MlflowSettings, record: Record
) -> None:
    (record.folder / "large.bin").write_bytes(bytes(_TOO_MUCH))

    with little_room(), pytest.raises(OSError, match="File too large"):
        register(registry, record)

    client = MlflowClient(tracking_uri=registry.tracking_uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FAILED"
    assert versions(registry) == []


def test_with_room_again_the_same_record_is_registered(
    registry: MlflowSettings, record: Record
) -> None:
    large = record.folder / "large.bin"
    large.write_bytes(bytes(_TOO_MUCH))
    with little_room(), pytest.raises(OSError, match="File too large"):
        register(registry, record)
    large.unlink()

    assert register(registry, record) == "1"

    assert versions(registry) == ["1"]
