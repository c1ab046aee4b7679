"""Puts the parts of the explainer together and runs them."""

import logging
from pathlib import Path

from confluent_kafka import KafkaException
from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from contracts.topics import CONSUMED
from explainer.engine import ProvenEngine
from explainer.explanations import Explainer
from explainer.settings import ExplainerSettings
from explainer.worker import Worker
from runtime.consumer import Consumer
from runtime.crash_guard import CrashGuard
from runtime.lean import set_aside
from runtime.meter import Meter
from runtime.model_bundle import ModelBundle
from runtime.model_registry import ModelRegistry, NoChampionError
from runtime.model_versions import ModelVersions
from runtime.producer import DeliveryFailedError, Producer
from runtime.service import Service, serving
from runtime.settings import load_settings

logger = logging.getLogger("explainer")

_NAME = "explainer"
_NO_MODEL = 3
_PROOF_ROWS = 64  # reference rows on which the compiled engine must agree with LightGBM
_AWAY = (DeliveryFailedError, KafkaException, MlflowException, OSError)  # no record's fault


def start() -> int:
    """Run until SIGTERM or SIGINT; 0 is a graceful stop, 2 a bad setting, 3 no usable model."""
    settings = load_settings(ExplainerSettings)
    try:
        with serving(_NAME, settings) as service:
            run(settings, service)
    except (NoChampionError, IncompatibleBundleError) as error:
        logger.critical("no model to explain: %s", error)
        return _NO_MODEL
    return 0


def run(settings: ExplainerSettings, service: Service) -> None:
    """Put the parts together and run them until told to stop.

    Raises:
        NoChampionError: no model version carries the alias.
        IncompatibleBundleError: this code cannot serve the champion.
    """
    registry = ModelRegistry(settings.mlflow)
    compiled_in = settings.state_dir / "compiled"
    versions = ModelVersions(
        registry, settings.mlflow.model_name, lambda bundle: _explainer(bundle, compiled_in)
    )
    versions.keep(registry.load(registry.champion_version()))
    topics = CONSUMED[_NAME]
    consumer = Consumer(settings.kafka, _NAME, topics, linger=settings.batch_linger)
    worker = Worker(
        service=service,
        kafka=settings.kafka,
        consumer=consumer,
        producer=Producer(settings.kafka, _NAME),
        explainer_of=versions.of,
        guard=CrashGuard(settings.state_dir / "attempts.json", excuses=_AWAY),
        meter=Meter(service, settings.kafka, topics),
    )
    set_aside()
    service.health.require("starting", None)
    try:
        worker.run(settings.batch_size, settings.batch_wait)
    finally:
        consumer.close()


def _explainer(bundle: ModelBundle, compiled_in: Path) -> Explainer:
    proof = bundle.model_input(bundle.reference[:_PROOF_ROWS])
    return Explainer(bundle, ProvenEngine(bundle.booster, proof, compiled_in, set_aside))
