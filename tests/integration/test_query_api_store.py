"""The store on SQLite and on PostgreSQL: one contract for both."""

import datetime as dt
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from contracts import codec
from contracts.events import Decision, Purpose, WindowKind
from contracts.records import RawRecord
from query_api.store.database import StoreError, create_schema, open_database, writing
from query_api.store.drift_reports import Series
from query_api.store.filters import Filters
from query_api.store.paging import Cursor
from query_api.store.projection import Projection
from query_api.store.repository import Repository
from query_api.store.schema import metadata
from runtime.utc_time import UtcTime
from tests.published import NOON, a_drift_report, a_score, an_explanation, an_outcome, in_records


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/folder/store.db"
    else:
        url = request.getfixturevalue("postgres_url")
    made = open_database(url)
    with made.begin() as connection:
        metadata.drop_all(connection)
    create_schema(made)
    yield made
    made.dispose()


def _put(engine: sa.Engine, events: Sequence[msgspec.Struct], first: int = 0) -> int:
    placed = in_records(events, first=first)
    return Projection(engine).apply(placed, [record for record, _ in placed])


def _json(event: msgspec.Struct) -> str:
    return codec.encode(event).decode()


def test_events_come_back_as_they_were(engine: sa.Engine) -> None:
    score = a_score(features="AACAPw==", application_event_id='"; DROP TABLE scores; --')
    explanation = an_explanation(score)
    _put(engine, [score, explanation, an_outcome(defaulted=True)])
    case = Repository(engine).case(score.application_id)
    assert case is not None
    assert case.scores[0].event == score
    assert case.scores[0].explanation == explanation
    assert case.outcome is not None
    assert case.outcome.observed_at == NOON


def test_the_largest_ids_and_offsets_fit(engine: sa.Engine) -> None:
    score = a_score(2**63 - 1, source_offset=2**63 - 1)
    _put(engine, [score])
    assert Repository(engine).case(2**63 - 1) is not None
    listed = Repository(engine).list_applications(Filters(id_prefix="9"), 5)
    assert [row.application_id for row in listed.rows] == [2**63 - 1]


def test_a_batch_that_comes_twice_changes_nothing(engine: sa.Engine) -> None:
    events = [a_score(offset=1), a_score(offset=2), a_drift_report()]
    _put(engine, events)
    before = Repository(engine).figures()
    _put(engine, events)
    _put(engine, events, first=10)
    assert Repository(engine).figures() == before
    assert len(Repository(engine).drift_reports(5).rows) == 1


def test_series_of_windows_are_kept_apart(engine: sa.Engine) -> None:
    day, segment = WindowKind.DAY, "NAME_CONTRACT_TYPE=Cash loans"
    reports = [
        a_drift_report(0),
        a_drift_report(1, window=day),
        a_drift_report(2, segment=segment),
        a_drift_report(3),
        a_drift_report(4, window=day),
    ]
    _put(engine, reports)
    store = Repository(engine)
    assert list(store.drift_reports(5).rows) == [reports[3], reports[0]]
    assert list(store.drift_reports(5, series=Series(day)).rows) == [reports[4], reports[1]]
    assert store.drift_series() == [Series(), Series(day), Series(segment=segment)]
    page = store.drift_reports(1, series=Series(day))
    assert page.next_cursor is not None
    rest = store.drift_reports(1, Cursor.decode(page.next_cursor), Series(day))
    assert (list(rest.rows), rest.next_cursor) == ([reports[1]], None)


def test_a_store_of_verdict_windows_alone_gets_the_columns_of_series(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        metadata.tables["drift_reports"].drop(connection)
        earlier = sa.Table(
            "drift_reports",
            sa.MetaData(),
            sa.Column("window_id", sa.Text, primary_key=True),
            sa.Column("closed_at", UtcTime, nullable=False),
            sa.Column("event", sa.Text, nullable=False),
        )
        earlier.create(connection)
        report = a_drift_report()
        row = {"window_id": report.window_id, "closed_at": report.closed_at, "event": _json(report)}
        connection.execute(sa.insert(earlier), row)
    create_schema(engine)
    create_schema(engine)
    _put(engine, [a_drift_report(1), a_drift_report(2, window=WindowKind.DAY)])
    assert list(Repository(engine).drift_reports(5).rows) == [a_drift_report(1), a_drift_report()]


def test_the_first_record_of_a_score_id_wins(engine: sa.Engine) -> None:
    _put(engine, [a_score(offset=1, probability=0.1)])
    ignored = _put(engine, [a_score(offset=1, probability=0.9)], first=1)
    case = Repository(engine).case(100_001)
    assert case is not None
    assert (ignored, case.scores[0].event.probability) == (1, 0.1)


def test_re_scores_are_kept_and_lower_offsets_ignored(engine: sa.Engine) -> None:
    _put(engine, [a_score(offset=1)])
    _put(engine, [a_score(offset=5), a_score(offset=3)], first=1)
    _put(engine, [a_score(offset=4)], first=3)
    case = Repository(engine).case(100_001)
    assert case is not None
    assert [one.event.source_offset for one in case.scores] == [5, 1]
    assert [one.in_force for one in case.scores] == [True, False]


def test_the_score_in_force_and_the_one_asked_for_are_found_behind_many_simulations(
    engine: sa.Engine,
) -> None:
    simulations = [a_score(offset=at, purpose=Purpose.SIMULATION) for at in range(2, 80)]
    old, real = a_score(offset=0), a_score(offset=1)
    _put(engine, [old, real, *simulations])
    case = Repository(engine).case(100_001, wanted=old.score_id)
    assert case is not None
    in_force, asked = case.score(), case.score(old.score_id)
    assert in_force is not None
    assert asked is not None
    assert (in_force.event.score_id, asked.event.score_id) == (real.score_id, old.score_id)
    times = [one.event.scored_at for one in case.scores]
    assert times == sorted(times, reverse=True)


def test_a_later_observation_corrects_an_outcome_and_an_earlier_does_not(
    engine: sa.Engine,
) -> None:
    later = an_outcome(day=2, defaulted=False)
    _put(engine, [a_score(), an_outcome(day=1, defaulted=True), later])
    _put(engine, [an_outcome(day=0, defaulted=True)], first=3)
    case = Repository(engine).case(100_001)
    assert case is not None
    assert case.outcome is not None
    assert case.outcome.observed_at == later.observed_at


def test_positions_are_stored_with_the_batch(engine: sa.Engine) -> None:
    projection = Projection(engine)
    assert projection.position("loan.scores", 0) is None
    _put(engine, [a_score(offset=offset) for offset in range(3)], first=7)
    assert projection.position("loan.scores", 0) == 10
    assert projection.position("loan.scores", 1) is None


def test_records_without_an_event_count_as_done(engine: sa.Engine) -> None:
    projection = Projection(engine)
    projection.apply([], [RawRecord("loan.scores", 0, 4, None, b"{")])
    assert projection.position("loan.scores", 0) == 5


def test_records_that_were_passed_are_not_projected_again(engine: sa.Engine) -> None:
    _put(engine, [a_score(1), a_score(2)])
    _put(engine, [a_score(3), a_score(4)], first=1)  # the first of these was passed already
    assert Repository(engine).case(3) is None
    assert Repository(engine).case(4) is not None


def test_a_failed_transaction_leaves_nothing(engine: sa.Engine) -> None:
    broken = a_score(2, source_offset=2**70)
    with pytest.raises((OverflowError, sa.exc.DBAPIError)):
        _put(engine, [a_score(1), broken])
    assert Repository(engine).case(1) is None
    assert Projection(engine).position("loan.scores", 0) is None


def test_two_projectors_of_one_partition_do_no_harm(engine: sa.Engine) -> None:
    events = [a_score(number % 5 + 1, number) for number in range(200)]
    batches = [(at, events[at : at + 10]) for at in range(0, len(events), 10)]
    failures: list[BaseException] = []

    def project() -> None:
        try:
            for first, batch in batches:
                _put(engine, batch, first=first)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    threads = [threading.Thread(target=project) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    figures = Repository(engine).figures()
    assert figures.applications == 5
    case = Repository(engine).case(1)
    assert case is not None
    assert len(case.scores) == 40


def test_several_processes_may_create_the_schema_at_once(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        metadata.drop_all(connection)
    failures: list[BaseException] = []

    def create() -> None:
        try:
            create_schema(engine)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    Repository(engine).ping()


def test_pages_hold_every_row_once(engine: sa.Engine) -> None:
    same_time = [a_score(number, number, scored_at=NOON) for number in range(1, 8)]
    _put(engine, same_time)
    repository = Repository(engine)
    seen: list[int] = []
    after: Cursor | None = None
    while True:
        page = repository.list_applications(Filters(), 3, after)
        seen += [row.application_id for row in page.rows]
        if page.next_cursor is None:
            break
        after = Cursor.decode(page.next_cursor)
    assert sorted(seen) == list(range(1, 8))


def test_filters_are_the_same_on_both(engine: sa.Engine) -> None:
    _put(
        engine,
        [
            a_score(1, 1, decision=Decision.APPROVE, points=620.0),
            a_score(12, 2, decision=Decision.REFER, points=560.0, model_version="2"),
            a_score(120, 3, decision=Decision.REFER, points=561.5),
            a_score(120, 4, purpose=Purpose.SIMULATION, points=400.0),
        ],
    )

    def ids(filters: Filters) -> list[int]:
        page = Repository(engine).list_applications(filters, 10)
        return [row.application_id for row in page.rows]

    assert ids(Filters()) == [120, 12, 1]
    assert ids(Filters(decision=Decision.REFER)) == [120, 12]
    assert ids(Filters(model_version="2")) == [12]
    assert ids(Filters(points_from=560, points_to=561.5)) == [12]
    assert ids(Filters(id_prefix="12")) == [120, 12]
    assert ids(Filters(scored_from=NOON + dt.timedelta(seconds=2))) == [120, 12]
    assert ids(Filters(scored_to=NOON + dt.timedelta(seconds=2))) == [1]


def test_figures_are_those_of_the_scores_in_force(engine: sa.Engine) -> None:
    _put(engine, [a_score(number, number, probability=0.2) for number in range(1, 5)])
    late = dt.timedelta(days=1)
    moved = a_score(1, 9, probability=0.6, decision=Decision.DECLINE, scored_at=NOON + late)
    _put(engine, [moved, an_outcome(2, defaulted=True), an_outcome(3, defaulted=False)], first=4)
    figures = Repository(engine).figures()
    assert figures.applications == 4
    assert figures.expected_default_rate == pytest.approx(0.3)
    assert {group.key: group.applications for group in figures.decisions} == {
        "approve": 0,
        "refer": 3,
        "decline": 1,
    }
    assert [(group.key, group.applications) for group in figures.days] == [
        (NOON.date(), 3),
        (NOON.date() + late, 1),
    ]
    assert figures.last_scored_at == moved.scored_at
    assert (figures.outcomes, figures.defaults) == (2, 1)


def test_readers_are_not_held_up_by_the_writer(engine: sa.Engine) -> None:
    _put(engine, [a_score(1)])
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE scores SET decision = 'approve'"))
        case = Repository(engine).case(1)
    assert case is not None


def test_a_store_that_is_away_is_named_without_its_password() -> None:
    away = open_database("postgresql://someone:secret@127.0.0.1:1/nothing")
    with pytest.raises(StoreError, match="someone") as told:
        Repository(away).ping()
    assert "secret" not in str(told.value)
