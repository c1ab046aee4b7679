from collections.abc import Iterator
from pathlib import Path

import numba
import pytest
from mlflow import MlflowClient
from prometheus_client import REGISTRY

from contracts.bundle import IncompatibleBundleError
from runtime.model_bundle import ModelBundle
from runtime.model_registry import ModelRegistry, ModelWatcher, NoChampionError
from runtime.settings import MlflowSettings
from tests.registry import a_champion, a_registry
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> MlflowSettings:
    return a_registry(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def watcher(settings: MlflowSettings, tmp_path: Path) -> Iterator[ModelWatcher]:
    registry = ModelRegistry(settings)
    watcher = ModelWatcher(registry, "test", settings.poll_seconds, tmp_path / "compiled")
    yield watcher
    watcher.stop()


def _failures() -> float:
    labels = {"service": "test"}
    return REGISTRY.get_sample_value("creditstream_model_load_failures_total", labels) or 0.0


def _rows_by(engine: str) -> float:
    labels = {"engine": engine}
    return REGISTRY.get_sample_value("creditstream_tree_rows_total", labels) or 0.0


def test_the_alias_names_the_version_that_is_loaded(settings: MlflowSettings) -> None:
    registry = ModelRegistry(settings)
    bundle = registry.load(registry.champion_version())
    assert (bundle.name, bundle.version) == ("creditstream", registry.champion_version())


@pytest.mark.parametrize(
    "change", [{"model_alias": "nobody"}, {"model_name": "no-such-model"}], ids=str
)
def test_no_champion_is_said_with_model_alias_and_address(
    settings: MlflowSettings, change: dict[str, str]
) -> None:
    other = settings.model_copy(update=change)
    with pytest.raises(NoChampionError) as error:
        ModelRegistry(other).champion_version()
    for told in (other.model_name, other.model_alias, other.tracking_uri):
        assert told in str(error.value)


def test_the_first_model_is_compiled_beside_its_scoring_and_the_code_kept(
    watcher: ModelWatcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    bundle = watcher.load_first()
    before = bundle.raw_scores(bundle.reference)
    watcher.start()
    watcher.stop()
    assert (tmp_path / "compiled" / "digests.json").exists()
    by_lightgbm = _rows_by("lightgbm")
    assert bundle.raw_scores(bundle.reference).tobytes() == before.tobytes()
    assert _rows_by("lightgbm") == by_lightgbm


def test_a_moved_alias_is_followed_without_a_restart(
    settings: MlflowSettings, watcher: ModelWatcher, tmp_path: Path
) -> None:
    first = watcher.load_first()
    watcher.start()
    version = a_champion(settings, tmp_path / "next", seed=8)
    taken: list[ModelBundle] = []

    def new_model() -> bool:
        new = watcher.take_new()
        taken.extend([new] if new else [])
        return bool(taken)

    wait_until(new_model, 30, "the new model")
    assert taken[0].version == version != first.version
    assert watcher.take_new() is None
    labels = {"service": "test", "name": "creditstream"}
    metric = "creditstream_model_info"
    assert REGISTRY.get_sample_value(metric, {**labels, "version": version}) == 1
    assert REGISTRY.get_sample_value(metric, {**labels, "version": first.version}) is None


def test_a_version_that_cannot_be_served_is_counted_and_the_old_one_stays(
    settings: MlflowSettings, watcher: ModelWatcher, tmp_path: Path
) -> None:
    watcher.load_first()
    version = a_champion(settings, tmp_path / "bad", seed=9)
    (tmp_path / "bad" / "manifest.json").write_text("{}")
    before = _failures()
    watcher.start()
    wait_until(lambda: _failures() > before, 30, "the failure to be counted")
    assert watcher.take_new() is None
    with pytest.raises(IncompatibleBundleError, match=r"manifest\.json"):
        ModelRegistry(settings).load(version)
    MlflowClient(settings.tracking_uri).set_registered_model_alias("creditstream", "champion", "1")
