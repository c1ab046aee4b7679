"""A version's reference comes from the registry once; what cannot be had is told apart."""

import pytest
from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from contracts.errors import InvalidEvent, Reason
from drift_monitor.references import RegistryReferences
from drift_monitor.segments import place_of
from runtime.model_bundle import ModelBundle
from tests.builders import a_bundle


class FakeRegistry:
    """Counts what is loaded; fails as it is told."""

    def __init__(self, bundle: ModelBundle, error: Exception | None = None) -> None:
        self._bundle, self._error = bundle, error
        self.loaded: list[str] = []

    def load(self, version: str) -> ModelBundle:
        self.loaded.append(version)
        if self._error is not None:
            raise self._error
        return self._bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


def test_a_version_is_loaded_once_while_few_are_in_use(bundle: ModelBundle) -> None:
    registry = FakeRegistry(bundle)
    references = RegistryReferences(registry, "creditstream", ())
    for version in ("1", "2", "1", "2"):
        assert references(version).model_name == "creditstream"
    assert registry.loaded == ["1", "2"]


def test_versions_of_long_ago_are_let_go(bundle: ModelBundle) -> None:
    registry = FakeRegistry(bundle)
    references = RegistryReferences(registry, "creditstream", ())
    for version in "123451":
        references(version)
    assert registry.loaded == list("123451")


def no_such_version() -> MlflowException:
    error = MlflowException("Model Version (name=creditstream, version=9) not found")
    error.error_code = "RESOURCE_DOES_NOT_EXIST"
    return error


@pytest.mark.parametrize(
    "error", [no_such_version(), IncompatibleBundleError("feature version: '0', not '1'")]
)
def test_a_version_that_can_never_be_judged_is_the_scores_fault(
    bundle: ModelBundle, error: Exception
) -> None:
    references = RegistryReferences(FakeRegistry(bundle, error), "creditstream", ())
    with pytest.raises(InvalidEvent, match="no model 'creditstream' version '9'") as caught:
        references("9")
    assert caught.value.reason is Reason.WRONG_VERSION


def test_a_registry_that_is_away_is_not(bundle: ModelBundle) -> None:
    away = FakeRegistry(bundle, MlflowException("connection refused"))
    with pytest.raises(MlflowException, match="connection refused"):
        RegistryReferences(away, "creditstream", ())("1")


def test_scores_of_another_model_are_refused(bundle: ModelBundle) -> None:
    references = RegistryReferences(FakeRegistry(bundle), "creditstream", ())
    assert references.of("creditstream", "1").model_version == "1"
    with pytest.raises(InvalidEvent, match="of model 'shadow', not of 'creditstream'"):
        references.of("shadow", "1")


def test_a_segment_is_had_by_its_place_while_it_is_watched(bundle: ModelBundle) -> None:
    column = "NAME_CONTRACT_TYPE"
    watching = RegistryReferences(FakeRegistry(bundle), "creditstream", (), [column])
    segment, *_ = watching("1").segments
    assert watching(place_of("1", segment)).segment == segment
    assert segment.startswith(f"{column}=")
    no_more = RegistryReferences(FakeRegistry(bundle), "creditstream", ())
    with pytest.raises(InvalidEvent, match="of version 1 is not watched"):
        no_more(place_of("1", segment))
