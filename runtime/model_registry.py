"""The MLflow registry as services see it: the version in force by its alias, and its bundle."""

import logging
import tempfile
import threading
from pathlib import Path

import mlflow.artifacts
from mlflow import MlflowClient
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException

from contracts.bundle import DIGEST_TAG, IncompatibleBundleError
from runtime import metrics
from runtime.compiled_code import kept
from runtime.lean import set_aside
from runtime.model_bundle import ModelBundle, read_bundle
from runtime.settings import MlflowSettings
from runtime.tree_kernel import evaluate

logger = logging.getLogger(__name__)

_COMPILE_SECONDS = 20.0  # most of a slow machine's; an ending process waits no longer


class NoChampionError(RuntimeError):
    """No model version carries the alias; nothing can be scored."""


class ModelRegistry:
    """Looks models up and loads them."""

    def __init__(self, settings: MlflowSettings) -> None:
        MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)  # type: ignore[no-untyped-call] # in logs
        self._settings = settings
        self._client = MlflowClient(tracking_uri=settings.tracking_uri)

    def champion_version(self) -> str:
        """The version that the alias names now.

        Raises:
            NoChampionError: there is none, or the registry has no such model.
        """
        name, alias = self._settings.model_name, self._settings.model_alias
        try:
            return str(self._client.get_model_version_by_alias(name, alias).version)
        except MlflowException as error:
            raise NoChampionError(
                f"no version of model {name!r} carries the alias {alias!r} "
                f"at {self._settings.tracking_uri}: {error.message}"
            ) from error

    def load(self, version: str) -> ModelBundle:
        """The bundle of a version.

        Raises:
            IncompatibleBundleError: this code cannot serve it, or it is not what was registered.
            MlflowException: no such version, or the registry is away.
        """
        name = self._settings.model_name
        found = self._client.get_model_version(name, version)
        digest = found.tags.get(DIGEST_TAG)
        if digest is None:
            raise IncompatibleBundleError(f"{name} version {version} has no tag {DIGEST_TAG}")
        with tempfile.TemporaryDirectory() as folder:
            path = mlflow.artifacts.download_artifacts(
                artifact_uri=found.source, dst_path=folder, tracking_uri=self._settings.tracking_uri
            )
            return read_bundle(Path(path), name, version, digest)


class ModelWatcher:
    """Follows the alias from a thread; a service swaps models between batches, by `take_new`.

    A version that cannot be looked up or loaded is counted and logged, and the model in force
    stays: a registry that is away must not stop the scoring.
    """

    def __init__(
        self, registry: ModelRegistry, service: str, poll_seconds: float, compiled_in: Path
    ) -> None:
        self._registry, self._service, self._poll_seconds = registry, service, poll_seconds
        self._compiled_in = compiled_in
        self._first: ModelBundle | None = None
        self._thread = threading.Thread(target=self._run, name="model-watcher", daemon=True)
        self._new: ModelBundle | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._version = ""
        self._error: Exception | None = None
        metrics.MODEL_FAILURES.labels(service)  # a rule sees an increase from 0, none from nothing

    def load_first(self) -> ModelBundle:
        """The model to start with.

        Raises:
            NoChampionError: no version carries the alias.
            IncompatibleBundleError: this code cannot serve it.
        """
        self._version = self._registry.champion_version()
        self._first = self._registry.load(self._version)
        return self._announced(self._first)

    def start(self) -> None:
        """From now on look at the alias every so often, once the first model is compiled."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a compilation comes to its end, for the process may end next."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_COMPILE_SECONDS)

    def take_new(self) -> ModelBundle | None:
        """The model that has come into force since the last call, if any; it is announced.

        Raises:
            Exception: what ended the looking unforeseen, for nobody would follow the alias then.
        """
        if self._error is not None:
            raise self._error
        with self._lock:
            new, self._new = self._new, None
        return None if new is None else self._announced(new)

    def _run(self) -> None:
        try:
            if self._first is not None:
                self._compile(self._first)
            while not self._stopping.wait(self._poll_seconds):
                self._look()
        except Exception as error:  # handed over to the service's own thread
            self._error = error
            raise

    def _look(self) -> None:
        try:
            self._follow()
        except (NoChampionError, IncompatibleBundleError, MlflowException, OSError) as error:
            metrics.MODEL_FAILURES.labels(self._service).inc()
            logger.error("the model in force stays: %s", error)  # noqa: TRY400

    def _compile(self, bundle: ModelBundle) -> None:
        with kept(self._compiled_in, evaluate):
            bundle.compile_trees()
        set_aside()

    def _follow(self) -> None:
        version = self._registry.champion_version()
        if version != self._version:
            bundle = self._registry.load(version)
            self._compile(bundle)
            with self._lock:
                self._new, self._version = bundle, version

    def _announced(self, bundle: ModelBundle) -> ModelBundle:
        logger.info("model %s version %s is in force", bundle.name, bundle.version)
        metrics.MODEL.clear()
        metrics.MODEL.labels(self._service, bundle.name, bundle.version).set(1)
        return bundle
