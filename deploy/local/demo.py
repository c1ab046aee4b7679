"""The whole system on one machine: `python -m deploy.local.demo`, or `make demo`.

With `--once` a bounded round is published and checked, and the exit code says whether everything
was shown; without it a live view runs until Ctrl-C. Nothing is left behind in either case.
"""

import argparse
import os
import shutil
import signal
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from deploy.local.kafka import LocalKafka
from deploy.local.kafka_jars import JarError
from deploy.local.kafka_node import KafkaStartError
from deploy.local.live import run_live
from deploy.local.preparation import StepFailedError, Steps, prepare
from deploy.local.publisher import Publisher
from deploy.local.round import run_round
from deploy.local.running import Running
from deploy.local.services import ServiceFailedError, running_services
from deploy.local.watcher import Watcher
from runtime.settings import KafkaSettings, load_settings
from runtime.topics import delete_topics

_FOLDER = Path("var/demo")


def main() -> int:
    """Run the demo; 0 when all was shown."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one bounded, checked round")
    parser.add_argument("--data", type=Path, help="a Kaggle folder instead of synthetic data")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stop is a stop, from whomever
    console = Console()
    try:
        with running_demo(console, arguments.data) as demo:
            if arguments.once:
                return run_round(demo)
            run_live(demo)
    except (StepFailedError, ServiceFailedError, JarError, KafkaStartError) as error:
        console.print(f"[red]✗[/] {error}", markup=True, highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("stopped")
    return 0


@contextmanager
def running_demo(console: Console, data: Path | None) -> Iterator[Running]:
    """Kafka, a model, topics and all services; gone at the end, however that comes.

    Raises:
        StepFailedError: the preparation failed.
        ServiceFailedError: a service ended, or was not ready in time.
        JarError: Kafka's jars could not be fetched.
        KafkaStartError: Kafka did not start.
    """
    folder = _fresh_folder()
    with _kafka(console) as kafka:
        environment = _environment(kafka, folder)
        source = prepare(Steps(console, folder, environment), data)
        publisher = Publisher(source, environment, folder / "publisher.log")
        with Watcher(kafka) as watcher:
            console.print("starting scorer, explainer, drift monitor, projector, API")
            with running_services(environment, folder) as services:
                yield Running(console, kafka, services, watcher, publisher)


def _fresh_folder() -> Path:
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True)
    return _FOLDER.resolve()


@contextmanager
def _kafka(console: Console) -> Iterator[KafkaSettings]:
    """The given Kafka under a prefix of this run, or a local one of our own."""
    given = load_settings(KafkaSettings)
    if "KAFKA_BOOTSTRAP_SERVERS" in os.environ:
        prefix = f"{given.topic_prefix}demo-{uuid.uuid4().hex[:6]}-"
        console.print(f"Kafka at {given.bootstrap_servers}, topics {prefix}*")
        ours = given.model_copy(update={"topic_prefix": prefix})
        try:
            yield ours
        finally:
            delete_topics(ours)
        return
    with LocalKafka() as local:
        console.print(f"[green]✓[/] Apache Kafka at {local.bootstrap}")
        yield given.model_copy(update={"bootstrap_servers": local.bootstrap})


def _environment(kafka: KafkaSettings, folder: Path) -> Mapping[str, str]:
    """The settings of every process of this run; what the user has set otherwise stays."""
    return {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "MODEL_POLL_SECONDS": "2",
        "QUERY_API_DATABASE_URL": f"sqlite:///{folder}/creditstream.db",
        "PYTHONUNBUFFERED": "1",
    }


if __name__ == "__main__":
    raise SystemExit(main())
