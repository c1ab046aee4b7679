"""What the commands do: each reads its input, publishes or writes, and says what it did."""

import argparse
import datetime as dt
from collections.abc import Callable, Iterable
from itertools import islice

import duckdb

from contracts.topics import APPLICATIONS, HISTORIES, OUTCOMES, Topic
from producer.errors import BadInputError
from producer.generator import generate
from producer.histories import open_histories, read_histories
from producer.kaggle import read_applications
from producer.outcomes import read_outcomes
from producer.progress import progress_bar
from producer.publishing import SERVICE, EventT, Sender, publish
from producer.selection import Selection
from producer.synthesis.directory import Order, synthesize
from runtime.producer import Producer
from runtime.settings import KafkaSettings, load_settings

Connect = Callable[[KafkaSettings, str], Sender]


def run_synthesize(options: argparse.Namespace) -> str:
    """Write a synthetic data set."""
    order = Order(options.applicants, options.seed, options.test_share)
    with progress_bar("applicants", order.applicants) as advance:
        try:
            for done in synthesize(options.out, order):
                advance(done)
        except (OSError, duckdb.IOException) as error:
            raise BadInputError(f"--out {options.out}: {error}") from error
    return f"{order.applicants:,} applicants in {options.out}"


def run_applications(options: argparse.Namespace, connect: Connect = Producer) -> str:
    """Publish applications of a folder, or new ones."""
    source = (
        generate(options.generate, options.seed)
        if options.generate
        else read_applications(
            options.data, options.split, allow_missing_columns=options.allow_missing_columns
        )
    )
    shuffle = options.seed if options.shuffle else None
    selection = Selection(options.ids, shuffle, options.skip, options.limit, options.drift)
    expected = options.limit or options.generate
    return _publish(APPLICATIONS, selection.of(source), expected, options, connect)


def run_histories(options: argparse.Namespace, connect: Connect = Producer) -> str:
    """Publish the histories of a file."""
    file = open_histories(options.file)
    events = islice(read_histories(file), options.limit)
    return _publish(HISTORIES, events, options.limit or file.rows, options, connect)


def run_outcomes(options: argparse.Namespace, connect: Connect = Producer) -> str:
    """Publish the labels of a file."""
    observed_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=options.delay)
    events = islice(read_outcomes(options.truth, observed_at), options.limit)
    return _publish(OUTCOMES, events, options.limit, options, connect)


def _publish(
    topic: Topic,
    events: Iterable[EventT],
    expected: int | None,
    options: argparse.Namespace,
    connect: Connect,
) -> str:
    kafka = load_settings(KafkaSettings)
    sender = connect(kafka, SERVICE)
    with progress_bar(topic.name, expected) as advance:
        count = publish(topic, events, sender, rate=options.rate, advance=advance)
    return f"{count:,} records in {kafka.topic_name(topic)}"
