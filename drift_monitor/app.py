"""Puts the parts of the monitor together and runs them."""

import logging
from collections.abc import Mapping
from contextlib import closing

from mlflow.exceptions import MlflowException
from prometheus_client import REGISTRY

from contracts.topics import CONSUMED, OUTCOMES
from drift_monitor.detectors import BackendMissingError, Detectors, detectors
from drift_monitor.incarnation import await_incarnation
from drift_monitor.metrics import DriftCollector
from drift_monitor.monitor import DriftMonitor
from drift_monitor.performance.board import Board
from drift_monitor.performance.ledger import Ledger
from drift_monitor.performance.metrics import PerformanceCollector
from drift_monitor.publishing import Publisher
from drift_monitor.references import RegistryReferences
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.standby import held
from drift_monitor.store import StateError, Store
from drift_monitor.worker import Worker
from runtime.consumer import Consumer
from runtime.crash_guard import CrashGuard
from runtime.database import StoreError
from runtime.meter import Meter
from runtime.model_registry import ModelRegistry
from runtime.producer import Producer
from runtime.service import Service, serving

logger = logging.getLogger("drift_monitor")

STATE_FILE = "state.sqlite"
TOPICS = CONSUMED["drift_monitor"]
_AWAY = (MlflowException, OSError, StoreError)  # what is away is no record's fault


def watch(settings: DriftMonitorSettings) -> int:
    """Watch the scores until SIGTERM or SIGINT; 0 is a graceful stop, 1 a failure that is named."""
    try:
        with serving("drift_monitor", settings) as service:
            run(settings, service)
    except (BackendMissingError, StateError, StoreError) as error:
        logger.critical("%s", error)
        return 1
    return 0


def run(settings: DriftMonitorSettings, service: Service) -> None:
    """Run until told to stop, waiting first for the state folder, then for Kafka.

    Raises:
        BackendMissingError: alibi-detect is asked for and not installed.
        StateError: the state file cannot be read or written.
        StoreError: the ledger cannot.
    """
    tests = detectors(settings.backend)
    with held(settings.state_dir, service.health, service.stopping) as mine:
        if not mine:
            return
        topics = await_incarnation(settings.kafka, service.health, service.stopping)
        if topics is None:
            return
        path = settings.state_dir / STATE_FILE
        with (
            closing(Store(path, settings.sizes(), settings.seen_limit)) as store,
            closing(Ledger(settings.performance.ledger(settings.state_dir))) as ledger,
        ):
            store.claim(topics.ids)
            consumer = Consumer(
                settings.kafka, service.name, TOPICS, store.position, settings.batch_linger
            )
            with closing(consumer) as reads:
                board = _board(settings, ledger)
                worker = _worker(
                    settings,
                    service,
                    reads,
                    store,
                    tests=tests,
                    board=board,
                    partitions=topics.partitions,
                )
                worker.run(settings.batch_size, settings.batch_wait)


def _board(settings: DriftMonitorSettings, ledger: Ledger) -> Board:
    collector = PerformanceCollector()
    REGISTRY.register(collector)
    return Board(ledger, settings.performance.economics(), collector)


def _worker(
    settings: DriftMonitorSettings,
    service: Service,
    consumer: Consumer,
    store: Store,
    *,
    tests: Detectors,
    board: Board,
    partitions: Mapping[str, int],
) -> Worker:
    registry = ModelRegistry(settings.mlflow)
    references = RegistryReferences(
        registry, settings.mlflow.model_name, settings.untested, settings.segments
    )
    collector = DriftCollector()
    REGISTRY.register(collector)
    return Worker(
        service=service,
        consumer=consumer,
        publisher=Publisher(Producer(settings.kafka, service.name), settings.kafka, service.name),
        store=store,
        monitor=DriftMonitor(
            references,
            tests,
            sizes=settings.sizes(),
            policy=settings.policy(),
            state=store.load(),
        ),
        references=references,
        collector=collector,
        guard=CrashGuard(settings.state_dir / "attempts.json", excuses=_AWAY),
        meter=Meter(service, settings.kafka, TOPICS),
        board=board,
        outcomes=settings.kafka.topic_name(OUTCOMES),
        segment=settings.performance.segment,
        partitions=partitions,
    )
