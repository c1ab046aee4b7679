"""The commands of the query service: `projector`, `serve` and `openapi`."""

import argparse
import gc
import json
import logging
import signal
import sys
from pathlib import Path

import uvicorn

from query_api import api
from query_api.app import create_app
from query_api.documents import api_document
from query_api.origin import ForeignKafkaError, Origin
from query_api.postman import postman_collection
from query_api.projector import TOPICS, Worker
from query_api.settings import SERVICE, ProjectorSettings, QueryApiSettings
from query_api.store.database import StoreError, create_schema, open_database
from query_api.store.projection import Projection
from runtime.consumer import Consumer
from runtime.logs import configure_logging
from runtime.producer import Producer
from runtime.service import Service, serving
from runtime.settings import load_settings

logger = logging.getLogger("query_api")


def main() -> int:
    """Run one command; 0 is success."""
    parser = argparse.ArgumentParser(prog="python -m query_api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("projector", help="put the topics into the database")
    commands.add_parser("serve", help="serve the API and the pages")
    openapi = commands.add_parser("openapi", help="the OpenAPI document and the collection")
    action = openapi.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="exit 1 if a file is not current")
    action.add_argument("--write", action="store_true", help="write the files")
    openapi.add_argument("--out", type=Path, default=Path("docs"), help="the folder of the files")
    arguments = parser.parse_args()
    match arguments.command:
        case "projector":
            return project(load_settings(ProjectorSettings))
        case "serve":
            return serve(load_settings(QueryApiSettings))
        case _:
            return documents(arguments.out, write=arguments.write)


def project(settings: ProjectorSettings) -> int:
    """Project until SIGTERM or SIGINT; 1 where the store cannot be written."""
    try:
        with serving(SERVICE, settings) as service:
            run_projector(settings, service)
    except StoreError as error:
        logger.critical("the store cannot be written, nothing is lost: %s", error)
        return 1
    except ForeignKafkaError as error:
        logger.critical(
            "QUERY_API_DATABASE_URL names a store of another Kafka: %s. Name an empty one.", error
        )
        return 1
    return 0


def run_projector(settings: ProjectorSettings, service: Service) -> None:
    """Put the parts together and run them until told to stop.

    Raises:
        StoreError: the store cannot be written.
        ForeignKafkaError: the store was filled from another Kafka.
    """
    engine = open_database(settings.store.database_url.get_secret_value())
    create_schema(engine)
    projection = Projection(engine)
    origin = Origin(settings.kafka, projection)
    consumer = Consumer(settings.kafka, SERVICE, TOPICS, origin.position, settings.batch_linger)
    producer = Producer(settings.kafka, SERVICE)
    worker = Worker(settings, service, consumer=consumer, producer=producer, projection=projection)
    service.health.require("starting", None)
    try:
        worker.run()
    finally:
        consumer.close()
        origin.close()
        engine.dispose()


def serve(settings: QueryApiSettings) -> int:
    """Serve until SIGTERM or SIGINT; uvicorn ends its requests and then raises the signal again."""
    configure_logging("api", settings.log_level)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    app = create_app(settings)
    gc.freeze()  # modules and routes stay: to go through them again and again delays requests
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    return 0


def documents(folder: Path, *, write: bool) -> int:
    """Write the generated documents, or say which are not current."""
    stale = 0
    openapi = api_document(api.router.routes)
    generated = {"openapi.json": openapi, "postman_collection.json": postman_collection(openapi)}
    for name, document in generated.items():
        path = folder / name
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path} is not current: python -m query_api openapi --write", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
