"""`python -m runtime topics`: what operators do with the topics of a cluster."""

import argparse
import sys
from typing import Any

from confluent_kafka import KafkaException

from runtime.settings import KafkaSettings, load_settings
from runtime.topic_plan import COSTS, Danger
from runtime.topics import RefusedPlanError, TopicError, apply_topics, plan_topics

_AS_WANTED = "all topics are there and as they are to be"
_COSTS = "; ".join(f"{danger}: {cost}" for danger, cost in COSTS.items())


def add_topics(commands: Any) -> None:
    """Add `topics apply|diff|check` to a command line; the command is then in `run`."""
    topics = commands.add_parser("topics", help="create, compare and check the topics")
    actions = topics.add_subparsers(required=True, metavar="apply|diff|check")
    for name, act, says in (
        ("apply", _apply, "create what is missing and mend what differs; all of it or nothing"),
        ("diff", _diff, "say what apply would do and what it would refuse; changes nothing"),
        ("check", _check, "exit 1 and say why if a topic is missing or differs; changes nothing"),
    ):
        action = actions.add_parser(name, help=says, description=says)
        action.set_defaults(run=_run, act=act)
        action.add_argument(
            "--replication",
            type=_replicas,
            default=1,
            metavar="N",
            help="least replicas of each partition; all but one must confirm a write (default: 1)",
        )
        if name != "check":
            action.add_argument(
                "--allow",
                type=Danger,
                choices=list(Danger),
                action="append",
                default=[],
                help=f"make such a change, which is refused otherwise ({_COSTS})",
            )


def _replicas(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is no number of replicas")
    return number


def _run(arguments: argparse.Namespace) -> int:
    kafka = load_settings(KafkaSettings)
    try:
        return int(arguments.act(kafka, arguments))
    except RefusedPlanError as error:
        return _fail(f"refused, nothing was changed:\n{error}")
    except (KafkaException, TopicError) as error:
        return _fail(f"KAFKA_BOOTSTRAP_SERVERS={kafka.bootstrap_servers}: {error}")


def _apply(kafka: KafkaSettings, arguments: argparse.Namespace) -> int:
    done = apply_topics(kafka, arguments.replication, arguments.allow)
    return _say(_AS_WANTED if done.nothing_to_do else f"done:\n{done}")


def _diff(kafka: KafkaSettings, arguments: argparse.Namespace) -> int:
    made = plan_topics(kafka, arguments.replication)
    refusals = made.refusals(arguments.allow)
    lines = (str(made), *(("apply would refuse:", *refusals) if refusals else ()))
    return _say(_AS_WANTED if made.nothing_to_do else "\n".join(lines))


def _check(kafka: KafkaSettings, arguments: argparse.Namespace) -> int:
    made = plan_topics(kafka, arguments.replication)
    return _say(_AS_WANTED) if made.nothing_to_do else _fail(str(made))


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0


def _fail(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1
