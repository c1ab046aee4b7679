"""Puts the parts of the scorer together and runs them."""

import asyncio
import logging

import lmdb

from contracts.bundle import IncompatibleBundleError
from contracts.topics import APPLICATIONS, HISTORIES
from runtime.crash_guard import CrashGuard
from runtime.metrics import declare
from runtime.model_registry import ModelRegistry, ModelWatcher, NoChampionError
from runtime.producer import Producer
from runtime.service import Service, serving
from runtime.settings import load_settings
from scorer import metrics
from scorer.agents import ScoringAgent
from scorer.app import create_app, quiet_logs
from scorer.history_feed import HistoryFeed
from scorer.history_store import HistoryStore
from scorer.publishing import Publisher
from scorer.scoring import BatchScorer
from scorer.settings import ScorerSettings
from scorer.worker import Worker

logger = logging.getLogger("scorer")

_NO_MODEL = 3


def start() -> int:
    """Run until SIGTERM or SIGINT; 0 is a graceful stop, 2 a bad setting, 3 no usable model."""
    settings = load_settings(ScorerSettings)
    try:
        with serving("scorer", settings) as service:
            quiet_logs()
            run(settings, service)
    except (NoChampionError, IncompatibleBundleError) as error:
        logger.critical("no model to score by: %s", error)
        return _NO_MODEL
    return 0


def run(settings: ScorerSettings, service: Service) -> None:
    """Put the parts together and run them until told to stop.

    Raises:
        NoChampionError: no model version carries the alias.
        IncompatibleBundleError: the champion's features are not ours.
    """
    models = ModelWatcher(
        ModelRegistry(settings.mlflow),
        service.name,
        settings.mlflow.poll_seconds,
        compiled_in=settings.state_dir / "compiled",
    )
    declare(service.name, [APPLICATIONS.name, HISTORIES.name])
    metrics.declare()
    scorer = BatchScorer(models.load_first())
    store = HistoryStore(settings.state_dir / "histories", settings.history_store_bytes)
    models.start()
    try:
        _run(settings, service, scorer, models, store)
    finally:
        models.stop()
        store.close()


def _run(
    settings: ScorerSettings,
    service: Service,
    scorer: BatchScorer,
    models: ModelWatcher,
    store: HistoryStore,
) -> None:
    feed = HistoryFeed(settings.kafka, store, service, settings.dead_letter_limit)
    agent = ScoringAgent(
        service=service,
        scorer=scorer,
        models=models,
        histories=store,
        publisher=Publisher(Producer(settings.kafka, service.name), settings.kafka, service.name),
        guard=CrashGuard(
            settings.state_dir / "attempts.json", excuses=(OSError, lmdb.Error), until_done=True
        ),
    )
    asyncio.run(Worker(service, feed, agent, create_app(settings, agent)).run())
