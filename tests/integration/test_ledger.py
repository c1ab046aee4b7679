"""The ledger takes whatever comes, in whatever order, and twice: on SQLite and on PostgreSQL."""

import datetime as dt
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from contracts.events import Decision, LoanScored, OutcomeObserved, WindowKind
from drift_monitor.performance import schema
from drift_monitor.performance.ledger import Ledger, Predicted, Taken
from drift_monitor.performance.queries import (
    last_windows,
    model_versions,
    read_records,
    waiting_outcomes,
)
from drift_monitor.performance.records import Records
from runtime.database import StoreError, open_database
from tests.published import NOON, a_drift_report, a_score, an_outcome


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty ledger."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/folder/ledger.sqlite"
    address: str = request.getfixturevalue("postgres_url")
    engine = open_database(address)
    with engine.begin() as connection:
        schema.metadata.drop_all(connection)
    engine.dispose()
    return address


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with closing(Ledger(url)) as opened:
        yield opened


def take(ledger: Ledger, *scores: LoanScored, segment: str = "") -> None:
    ledger.take_scores([Predicted(score, segment) for score in scores])


def records(ledger: Ledger, version: str = "1") -> Records:
    return read_records(ledger.engine, version)


def test_outcomes_join_their_scores(ledger: Ledger) -> None:
    take(ledger, a_score(1, probability=0.3, decision=Decision.APPROVE), segment="Cash loans")
    take(ledger, a_score(2))
    assert ledger.take_outcomes([an_outcome(1, 90, defaulted=True)]) == Taken(new=1)
    found = records(ledger)
    of_one = found.where(found.application_id == 1)
    assert len(found) == 2
    assert of_one.probability.tolist() == [0.3]
    assert of_one.decision.tolist() == ["approve"]
    assert of_one.segment.tolist() == ["Cash loans"]
    assert of_one.defaulted.tolist() == [True]
    assert of_one.observed_at.tolist() == [(NOON + dt.timedelta(days=90)).replace(tzinfo=None)]
    assert found.labelled.sum() == 1


def test_an_outcome_before_its_score_waits(ledger: Ledger) -> None:
    ledger.take_outcomes([an_outcome(1, defaulted=True), an_outcome(7, defaulted=False)])
    assert waiting_outcomes(ledger.engine) == 2
    take(ledger, a_score(1))
    assert waiting_outcomes(ledger.engine) == 1
    assert records(ledger).defaulted.tolist() == [True]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_of_contradicting_outcomes_the_last_observation_stands(
    ledger: Ledger,
    order: tuple[int, ...],
    *,
    together: bool,
) -> None:
    told = [an_outcome(1, day, defaulted=day != 1) for day in range(3)]
    batch = [told[at] for at in order]
    take(ledger, a_score(1))
    for some in [batch] if together else [[one] for one in batch]:
        ledger.take_outcomes(some)
    assert records(ledger).defaulted.tolist() == [True]
    assert records(ledger).observed_at.tolist() == [
        (NOON + dt.timedelta(days=2)).replace(tzinfo=None)
    ]


def test_what_becomes_of_outcomes_is_counted(ledger: Ledger) -> None:
    first, later = an_outcome(1, 1, defaulted=False), an_outcome(1, 2, defaulted=True)
    assert ledger.take_outcomes([first, first, later]) == Taken(new=1, repeated=1, reversed=1)
    assert ledger.take_outcomes([first, later]) == Taken(repeated=1, late=1)
    assert ledger.take_outcomes([]) == Taken()


def test_a_contradiction_of_the_same_time_leaves_the_first(ledger: Ledger) -> None:
    ledger.take_outcomes([an_outcome(1, defaulted=False)])
    assert ledger.take_outcomes([an_outcome(1, defaulted=True)]) == Taken(late=1)


def test_a_score_counts_once_and_the_first_under_its_id_stands(ledger: Ledger) -> None:
    score = a_score(1, probability=0.2)
    again = a_score(1, probability=0.9)
    take(ledger, score, score)
    take(ledger, again)
    assert records(ledger).probability.tolist() == [0.2]


def test_a_later_application_replaces_an_earlier_one_in_whatever_order(ledger: Ledger) -> None:
    take(ledger, a_score(1, offset=5, probability=0.5), a_score(1, offset=3, probability=0.3))
    assert records(ledger).probability.tolist() == [0.5]


def test_each_model_version_keeps_its_own_score_of_an_application(ledger: Ledger) -> None:
    take(ledger, a_score(1), a_score(1, offset=9, model_version="2", probability=0.7))
    ledger.take_outcomes([an_outcome(1, defaulted=True)])
    assert model_versions(ledger.engine) == ["2", "1"]
    assert records(ledger, "2").defaulted.tolist() == records(ledger).defaulted.tolist() == [True]
    assert len(records(ledger, "none")) == 0


def test_only_the_newest_are_read(ledger: Ledger) -> None:
    take(ledger, *(a_score(at, offset=at) for at in range(1, 8)))
    assert sorted(read_records(ledger.engine, "1", most=3).application_id.tolist()) == [5, 6, 7]


def test_windows_are_kept_once(ledger: Ledger) -> None:
    report = a_drift_report()
    ledger.take_windows([report])
    ledger.take_windows([report])
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(schema.windows)).all()
    assert [(row.window_id, row.closed_at) for row in rows] == [
        (report.window_id, report.closed_at)
    ]


def test_windows_of_days_and_segments_are_left_out(ledger: Ledger) -> None:
    reports = [
        a_drift_report(0),
        a_drift_report(1, window=WindowKind.DAY),
        a_drift_report(2, window=WindowKind.WEEK),
        a_drift_report(3, segment="NAME_CONTRACT_TYPE=Cash loans"),
    ]
    ledger.take_windows(reports[1:])
    assert last_windows(ledger.engine, "1", 9) == []
    ledger.take_windows(reports)
    assert [one.window_id for one in last_windows(ledger.engine, "1", 9)] == ["window-0"]


def test_very_many_outcomes_at_once_are_taken(ledger: Ledger) -> None:
    """More than a statement of SQLite has room for."""
    many = 40_000
    batch = [
        OutcomeObserved(application_id=at, defaulted=False, observed_at=NOON)
        for at in range(1, many + 1)
    ]
    assert ledger.take_outcomes(batch) == Taken(new=many)
    assert ledger.take_outcomes(batch[:1]) == Taken(repeated=1)


def test_it_outlasts_being_closed(url: str) -> None:
    with closing(Ledger(url)) as first:
        take(first, a_score(1))
    with closing(Ledger(url)) as second:
        assert len(records(second)) == 1


def test_a_batch_taken_by_two_at_once_is_kept_once(url: str) -> None:
    """As when a monitor that was thought dead still writes."""
    scores = [Predicted(a_score(at)) for at in range(1, 500)]
    outcomes = [an_outcome(at, 90, defaulted=at % 10 == 0) for at in range(1, 500)]

    def take_all(ledger: Ledger) -> None:
        for first in range(0, len(scores), 20):
            ledger.take_scores(scores[first : first + 20])
            ledger.take_outcomes(outcomes[first : first + 20])

    with closing(Ledger(url)) as one, closing(Ledger(url)) as other:
        with ThreadPoolExecutor() as threads:
            list(threads.map(take_all, (one, other)))
        held = records(one)
    assert sorted(held.application_id) == list(range(1, 500))
    assert int(held.defaulted.sum()) == 49


def test_a_server_that_is_away_is_named(free_port: int) -> None:
    address = f"postgresql://nobody:secret@127.0.0.1:{free_port}/ledger"
    with pytest.raises(StoreError, match=rf"127\.0\.0\.1:{free_port}/ledger: ") as told:
        Ledger(address)
    assert "secret" not in str(told.value)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(StoreError, match=r"ledger\.sqlite: file is not a database"):
        Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")


def test_times_are_utc_whatever_their_zone(ledger: Ledger) -> None:
    east = dt.timezone(dt.timedelta(hours=5))
    take(ledger, a_score(1, applied_at=NOON.astimezone(east)))
    assert records(ledger).applied_at.tolist() == [NOON.replace(tzinfo=None)]
    assert np.isnat(records(ledger).observed_at).all()
