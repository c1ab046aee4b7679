from itertools import islice

import pytest

from contracts.application import CATEGORICAL
from contracts.codec import decode_application, encode
from producer.generator import generate
from producer.synthesis.tables import levels


def test_generated_applications_are_what_the_stream_accepts() -> None:
    for application in generate(300, seed=3):
        assert decode_application(encode(application)).application == application


def test_categories_hold_official_levels() -> None:
    applications = list(generate(300, seed=3))
    for name in CATEGORICAL:
        seen = {getattr(application, name) for application in applications} - {None}
        assert seen <= set(levels("application", name)), name


def test_same_seed_gives_the_same_applications_with_ids_in_a_row() -> None:
    assert list(generate(50, seed=1)) == list(generate(50, seed=1))
    assert list(generate(50, seed=1)) != list(generate(50, seed=2))
    assert [a.SK_ID_CURR for a in generate(50, seed=1)] == list(range(100_001, 100_051))


def test_generation_goes_on_past_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("producer.synthesis.portfolio._CHUNK", 20)
    ids = [a.SK_ID_CURR for a in islice(generate(1_000, seed=1), 50)]
    assert ids == list(range(100_001, 100_051))
