"""The store that look-ups are timed against is one that the projector might have filled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from bench.stored_scores import WHOLE_EVERY, fill
from query_api.store.database import create_schema, open_database
from query_api.store.filters import Filters
from query_api.store.repository import Repository
from tests.published import a_score, an_explanation

_COUNT = 3 * WHOLE_EVERY


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    score = a_score()
    fill(tmp_path / "store.db", _COUNT, score, an_explanation(score))
    made = open_database(f"sqlite:///{tmp_path / 'store.db'}")
    create_schema(made)
    yield made
    made.dispose()


@pytest.fixture
def repository(engine: sa.Engine) -> Repository:
    return Repository(engine)


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


def test_a_lookup_is_one_statement_that_goes_by_indexes_alone(engine: sa.Engine) -> None:
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def note(
        _c: object, _cursor: object, statement: str, parameters: tuple[Any, ...], *_: object
    ) -> None:
        asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    Repository(engine).case(WHOLE_EVERY)
    sa.event.remove(engine, "before_cursor_execute", note)
    [(statement, parameters)] = [one for one in asked if one[0] != "BEGIN"]
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = [str(step[3]) for step in plan]
    assert any("scores_of_application" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN")]
