import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.codec import encode
from contracts.records import Headers, RawRecord
from contracts.topics import APPLICATIONS, SCORES
from runtime.intake import condemn
from runtime.model_bundle import ModelBundle
from runtime.settings import KafkaSettings
from scorer.applications import receive_applications
from scorer.publishing import Processed, Publisher
from scorer.scoring import BatchScorer, ScoredBatch
from tests.builders import NOON, a_bundle, an_application
from tests.fakes import FakeBroker, FakeProducer

LETTERS = APPLICATIONS.dead_letters("scorer")
LIMIT = APPLICATIONS.max_message_bytes
GOOD = encode(an_application(7))

NAMES = st.sampled_from(["ce_id", "ce_time", "ce_type", "ce_purpose", "traceparent"]) | st.text()
HEADERS = st.lists(st.tuples(NAMES, st.none() | st.binary()), max_size=6).map(tuple)
KEYS = st.none() | st.just(b"7") | st.binary()
VALUES = st.none() | st.just(GOOD) | st.binary()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


@given(KEYS, VALUES, HEADERS, st.integers(-(2**63), 2**63 - 1), st.booleans())
@example(b"7", GOOD, (("ce_id", "\U0001f600".encode() * 200),), 0, False)
@example(b"7", GOOD, (("ce_time", b"0001-01-01T00:00:00+00:00"),), 0, False)
@example(b"7", GOOD, (("ce_time", b"9999-12-31T23:59:59.999999+00:00"),), 0, False)
@example(b"x" * LIMIT, b"{", (), 0, False)
@example(b"7", b"{" * LIMIT, (), 0, False)
@example(b"7", b"{" * LIMIT, (("h", b"x" * LIMIT),), 0, True)
@example(b"7", b"{", tuple((f"h{at}", b"x" * 200) for at in range(10_000)), 0, False)
def test_no_record_can_keep_a_batch_from_being_sent(  # noqa: PLR0917
    bundle: ModelBundle,
    key: bytes | None,
    value: bytes | None,
    headers: Headers,
    timestamp: int,
    condemned: bool,  # noqa: FBT001
) -> None:
    broker = FakeBroker()
    producer = FakeProducer(broker, "scorer")
    publisher = Publisher(producer, KafkaSettings(), "scorer")
    record = RawRecord(APPLICATIONS.name, 3, 9, key, value, headers, timestamp)

    processed = _processed(publisher, bundle, record, condemned=condemned)
    publisher.send([processed])
    publisher.confirm([processed])

    assert len(broker.records(SCORES)) + len(broker.records(LETTERS)) == 1


def _processed(
    publisher: Publisher, bundle: ModelBundle, record: RawRecord, *, condemned: bool
) -> Processed:
    if condemned:
        return Processed((), ScoredBatch(), condemn([record], "scorer"))
    applied, letters = receive_applications([record], "scorer")
    batch = BatchScorer(bundle).score(applied, [None] * len(applied), NOON)
    return Processed(publisher.ready(applied, batch), batch, letters)


def test_a_score_of_the_longest_event_id_is_far_below_the_limit_of_its_topic(
    bundle: ModelBundle,
) -> None:
    headers = (("ce_id", "\U0001f600".encode() * 200),)
    record = RawRecord(APPLICATIONS.name, 3, 2**62, b"7", GOOD, headers, 0)
    publisher = Publisher(FakeProducer(FakeBroker(), "scorer"), KafkaSettings(), "scorer")
    applied, _ = receive_applications([record], "scorer")
    batch = BatchScorer(bundle).score(applied, [None], dt.datetime.now(dt.UTC))
    [(key, value, told)] = publisher.ready(applied, batch)
    size = len(key) + len(value) + sum(len(name) + len(content or b"") for name, content in told)
    features = len(bundle.manifest.features)
    assert size - len(batch.scores[0].features) < 4_000, "all but the model's input"
    assert len(batch.scores[0].features) <= 16 * (features // 3 + 1)
