import pytest
from prometheus_client import REGISTRY

from contracts.codec import encode
from contracts.events import Decision
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS
from runtime.model_bundle import ModelBundle
from runtime.settings import KafkaSettings
from scorer import metrics
from scorer.applications import receive_applications
from scorer.publishing import Processed, Publisher
from scorer.scoring import BatchScorer
from tests.builders import NOON, a_bundle, an_application
from tests.fakes import FakeBroker, FakeProducer

COUNTED = (
    "scorer_credit_total",
    "scorer_defaulting_credit_total",
    "scorer_probability_count",
    "scorer_probability_sum",
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


def totals() -> dict[str, float]:
    samples = [one for family in REGISTRY.collect() for one in family.samples]
    return {name: sum(one.value for one in samples if one.name == name) for name in COUNTED}


def grown(bundle: ModelBundle, *records: RawRecord) -> tuple[dict[str, float], Processed]:
    before = totals()
    publisher = Publisher(FakeProducer(FakeBroker(), "scorer"), KafkaSettings(), "scorer")
    applied, letters = receive_applications(records, "scorer")
    batch = BatchScorer(bundle).score(applied, [None] * len(applied), NOON)
    processed = Processed(publisher.ready(applied, batch), batch, letters)
    publisher.confirm([processed])
    return {name: value - before[name] for name, value in totals().items()}, processed


def a_record(offset: int, value: bytes, purpose: bytes = b"decision") -> RawRecord:
    return RawRecord(APPLICATIONS.name, 0, offset, None, value, (("ce_purpose", purpose),), 1_000)


def test_what_is_applied_for_and_at_risk_is_counted(bundle: ModelBundle) -> None:
    first, second = an_application(1), an_application(2)
    unnamed = b'{"SK_ID_CURR": 3}'
    records = [encode(first), encode(second), unnamed]
    told, processed = grown(bundle, *(a_record(at, value) for at, value in enumerate(records)))
    amounts = [first.AMT_CREDIT or 0.0, second.AMT_CREDIT or 0.0, 0.0]
    probabilities = [one.probability for one in processed.batch.scores]
    assert told["scorer_credit_total"] == pytest.approx(sum(amounts))
    assert told["scorer_defaulting_credit_total"] == pytest.approx(
        sum(amount * risk for amount, risk in zip(amounts, probabilities, strict=True))
    )
    assert told["scorer_probability_count"] == 3
    assert told["scorer_probability_sum"] == pytest.approx(sum(probabilities))


def test_a_simulation_is_nobodys_application(bundle: ModelBundle) -> None:
    told, processed = grown(bundle, a_record(9, encode(an_application(1)), b"simulation"))
    assert len(processed.batch.scores) == 1
    assert told == dict.fromkeys(COUNTED, 0.0)


def test_every_decision_is_shown_before_the_first() -> None:
    metrics.declare()
    for decision in Decision:
        labels = {"decision": decision.value, "history": "none", "purpose": "simulation"}
        assert REGISTRY.get_sample_value("scorer_scores_total", labels) is not None
