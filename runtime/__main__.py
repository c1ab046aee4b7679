"""Operators' commands on the shared parts: `python -m runtime topics apply`."""

import argparse
import sys

from confluent_kafka import KafkaException

from runtime.settings import KafkaSettings, load_settings
from runtime.topics import create_missing_topics


def main() -> int:
    """Run one command; 0 is success."""
    parser = argparse.ArgumentParser(prog="python -m runtime", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    topics = commands.add_parser("topics", help="create the topics that are missing")
    topics.add_argument("action", choices=["apply"])
    topics.add_argument("--replication", type=int, default=1, help="replicas of each partition")
    arguments = parser.parse_args()
    kafka = load_settings(KafkaSettings)
    try:
        created = create_missing_topics(kafka, arguments.replication)
    except KafkaException as error:
        print(f"KAFKA_BOOTSTRAP_SERVERS={kafka.bootstrap_servers}: {error}", file=sys.stderr)
        return 1
    print(f"{len(created)} topics created: {', '.join(created) or 'all were there'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
