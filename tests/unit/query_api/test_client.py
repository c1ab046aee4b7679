"""The API read from Python, against the application itself."""

import httpx
import pytest

from query_api.client import ScoreReader
from tests.desk import Store
from tests.published import a_drift_report, a_score, an_explanation


def test_an_application_is_read_with_its_explanation(reader: ScoreReader, store: Store) -> None:
    score = a_score()
    store.put(score, an_explanation(score))

    with reader:
        found = reader.application(score.application_id)

    assert found.score.score_id == score.score_id
    assert found.explanation is not None
    assert found.explanation.reasons[0].code == "EXTERNAL_SCORES"


def test_an_application_without_a_score_is_an_error(reader: ScoreReader) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        reader.application(4711)


def test_a_list_is_walked_page_by_page(reader: ScoreReader, store: Store) -> None:
    store.put(*(a_score(100_001 + at, offset=at) for at in range(230)))

    everything = list(reader.applications(1_000))
    some = list(reader.applications(150))

    assert len({one.application_id for one in everything}) == len(everything) == 230
    assert [one.score_id for one in some] == [one.score_id for one in everything[:150]]


def test_filters_are_handed_on(reader: ScoreReader, store: Store) -> None:
    store.put(a_score(100_001), a_score(200_001, offset=1))

    found = list(reader.applications(10, id_prefix="2"))

    assert [one.application_id for one in found] == [200_001]


def test_figures_and_drift_are_read(reader: ScoreReader, store: Store) -> None:
    store.put(a_score(), a_drift_report())

    assert reader.stats().applications == 1
    assert [window.size for window in reader.drift_windows(5)] == [a_drift_report().size]
    assert list(reader.drift_windows(5, window="day")) == []
