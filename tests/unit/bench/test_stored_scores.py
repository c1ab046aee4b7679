"""The store that look-ups are timed against is one that the projector might have filled."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bench.stored_scores import WHOLE_EVERY, fill
from query_api.store.database import create_schema, open_database
from query_api.store.filters import Filters
from query_api.store.repository import Repository
from tests.published import a_score, an_explanation

_COUNT = 3 * WHOLE_EVERY


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    score = a_score()
    fill(tmp_path / "store.db", _COUNT, score, an_explanation(score))
    engine = open_database(f"sqlite:///{tmp_path / 'store.db'}")
    create_schema(engine)
    yield Repository(engine)
    engine.dispose()


def test_one_in_so_many_is_whole_and_explained(repository: Repository) -> None:
    case = repository.case(2 * WHOLE_EVERY)
    assert case is not None
    [stored] = case.scores
    told = {"score_id": stored.event.score_id, "application_id": 2 * WHOLE_EVERY}
    assert stored.event == msgspec.structs.replace(a_score(), **told)
    assert stored.in_force
    assert stored.explanation == msgspec.structs.replace(an_explanation(a_score()), **told)


def test_the_others_lack_the_input_and_the_explanation(repository: Repository) -> None:
    case = repository.case(2 * WHOLE_EVERY + 1)
    assert case is not None
    [stored] = case.scores
    assert stored.event.features == ""
    assert stored.explanation is None


def test_there_are_as_many_as_were_asked_for(repository: Repository) -> None:
    page = repository.list_applications(Filters(), _COUNT)
    assert sorted(row.application_id for row in page.rows) == list(range(1, _COUNT + 1))
    assert page.next_cursor is None
