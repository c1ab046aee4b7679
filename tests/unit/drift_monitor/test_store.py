"""What was saved is there again after a restart, all of it or none of it."""

import dataclasses
import datetime as dt
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from contracts.events import DriftReported, WindowKind
from contracts.records import RawRecord
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.monitor import DriftMonitor
from drift_monitor.policy import Policy
from drift_monitor.reference import SCORE
from drift_monitor.state import Arrived
from drift_monitor.store import StateError, Store
from drift_monitor.windows import Sizes
from tests.builders import NOON
from tests.drift import a_reference, arrivals, normal_rows

SIZES = Sizes(window=200, hop=50, least=50)
REFERENCE = a_reference(normal_rows(400, 3, seed=0), ("A", "B", SCORE))
STREAM = list(arrivals(normal_rows(900, 3, seed=5, shift=0.5)))


def a_store(folder: Path, sizes: Sizes = SIZES, seen_limit: int = 300) -> Store:
    return Store(folder / "state.sqlite", sizes, seen_limit)


def a_monitor(store: Store, sizes: Sizes = SIZES) -> DriftMonitor:
    return DriftMonitor(
        lambda _: REFERENCE, ScipyDetectors(), sizes=sizes, policy=Policy(), state=store.load()
    )


def records(scores: Sequence[Arrived]) -> list[RawRecord]:
    offsets = [one.source.source_offset for one in scores]
    return [RawRecord("loan.scores", 0, offset, key=None, value=b"") for offset in offsets]


def batches(size: int) -> Iterator[Sequence[Arrived]]:
    return (STREAM[at : at + size] for at in range(0, len(STREAM), size))


def feed(store: Store, monitor: DriftMonitor, scores: Sequence[Arrived]) -> list[DriftReported]:
    observed = monitor.observe(scores)
    store.save(records(scores), monitor.state, observed.reports)
    return list(observed.reports)


def test_a_monitor_that_restarts_after_every_batch_reports_as_one_that_never_does(
    tmp_path: Path,
) -> None:
    steady = a_store(tmp_path / "steady")
    monitor = a_monitor(steady)
    expected = [report for part in batches(70) for report in feed(steady, monitor, part)]
    found = []
    for part in batches(70):
        store = a_store(tmp_path / "restarting")
        found += feed(store, a_monitor(store), part)
        store.close()
    assert len(expected) == 4
    assert any(report.alert for report in expected)
    assert found == expected


def test_a_restart_still_knows_what_it_has_seen(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    feed(store, a_monitor(store), STREAM)
    store.close()
    observed = a_monitor(a_store(tmp_path)).observe(STREAM)
    assert (observed.counted, observed.duplicates) == (0, 900)


def test_only_rows_that_a_window_needs_are_kept(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    monitor = a_monitor(store)
    for part in batches(30):
        feed(store, monitor, part)
    kept = sqlite3.connect(tmp_path / "state.sqlite").execute("SELECT sum(rows) FROM pane_rows")
    assert kept.fetchone() == (SIZES.window,)


def test_positions_lie_behind_what_was_saved_and_never_go_back(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    assert store.position("loan.scores", 0) is None
    monitor = a_monitor(store)
    feed(store, monitor, STREAM[:40])
    feed(store, monitor, STREAM[10:20])
    assert store.position("loan.scores", 0) == 40
    assert store.position("loan.scores", 1) is None


def test_reports_lie_in_the_store_until_they_are_confirmed(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    reports = feed(store, a_monitor(store), STREAM)
    assert a_store(tmp_path).unsent() == reports
    store.confirmed()
    assert a_store(tmp_path).unsent() == []


def test_a_save_that_fails_keeps_nothing_and_names_the_file(tmp_path: Path) -> None:
    """A page limit stands in for a disk that is full."""
    store = a_store(tmp_path)
    monitor = a_monitor(store)
    feed(store, monitor, STREAM[:10])
    store._database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StateError, match=r"state\.sqlite: database or disk is full"):
        feed(store, monitor, STREAM[10:900])
    store.close()
    again = a_store(tmp_path)
    assert again.position("loan.scores", 0) == 10
    assert again.load().versions["1"].windows.waiting == 10


def test_a_file_that_is_no_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(StateError, match=r"state\.sqlite: file is not a database"):
        a_store(tmp_path)


def test_state_of_topics_that_are_gone_is_emptied(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = a_store(tmp_path)
    store.claim("topic ids")
    feed(store, a_monitor(store), STREAM)
    store.claim("topic ids")
    assert store.position("loan.scores", 0) == 900
    with caplog.at_level(logging.WARNING):
        store.claim("other topic ids")
    assert "of topics that are gone" in caplog.text
    assert store.position("loan.scores", 0) is None
    assert (store.load().versions, store.load().seen.ids, store.unsent()) == ({}, {}, [])


def test_panes_cut_by_other_sizes_are_left_behind_but_not_what_was_seen(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    feed(store, a_monitor(store), STREAM[:120])
    store.close()
    other = Sizes(window=60, hop=20, least=20)
    store = a_store(tmp_path, other)
    monitor = a_monitor(store, other)
    assert monitor.observe(STREAM[:120]).counted == 0
    assert [report.size for report in feed(store, monitor, STREAM[120:200])] == [60]
    kept = sqlite3.connect(tmp_path / "state.sqlite").execute("SELECT sum(rows) FROM pane_rows")
    assert kept.fetchone() == (80 - 20,)


def test_other_sizes_leave_days_verdicts_and_evidence_as_they_were(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = a_store(tmp_path, dataclasses.replace(SIZES, sampled=120))
    monitor = a_monitor(store)
    feed(store, monitor, STREAM[:500])
    store.close()
    with caplog.at_level(logging.WARNING):
        again = a_store(tmp_path, Sizes(window=60, hop=20, least=20, sampled=120)).load()
    assert "state.sqlite has windows of other sizes: they begin anew" in caplog.text
    (before,), (after,) = (list(state.versions.values()) for state in (monitor.state, again))
    assert before.windows.panes
    assert not after.windows.panes
    assert after.windows.waiting == 0
    assert again.latest == monitor.state.latest == "1"
    for name in ("verdicts", "alerted", "decided_at", "drifting"):
        assert getattr(after, name) == getattr(before, name)
    assert before.verdicts
    assert after.trails.keys() == before.trails.keys() != set()
    assert (after.long.newest, after.long.closed_before) == (
        before.long.newest,
        before.long.closed_before,
    )
    ((_, held),) = after.long.open.items()
    assert held.span.size == 500


def test_days_go_on_after_a_restart_and_are_gone_once_they_closed(tmp_path: Path) -> None:
    """Scores a quarter of an hour apart, so that four days close on the way."""
    step = dt.timedelta(minutes=15)
    scores = [
        dataclasses.replace(
            one, score=dataclasses.replace(one.score, applied_at=time, scored_at=time)
        )
        for at, one in enumerate(STREAM[:400])
        for time in [NOON + at * step]
    ]
    steady, restarting = a_store(tmp_path / "steady"), tmp_path / "restarting"
    expected = feed(steady, a_monitor(steady), scores)
    found = []
    for at in range(0, 400, 33):
        store = a_store(restarting)
        found += feed(store, a_monitor(store), scores[at : at + 33])
        store.close()
    sizes = [report.size for report in expected if report.window is WindowKind.DAY]
    assert sizes == [96, 96, 96]
    assert {one.window_id: one for one in found} == {one.window_id: one for one in expected}
    kept = sqlite3.connect(restarting / "state.sqlite").execute("SELECT kind, start FROM sketches")
    assert list(kept) == [("day", "2026-01-19")]


def test_days_are_tested_on_the_same_rows_however_often_it_restarts(tmp_path: Path) -> None:
    """A score every four minutes, of which a day keeps 120."""
    sizes = dataclasses.replace(SIZES, sampled=120)
    step = dt.timedelta(seconds=240)
    scores = [
        dataclasses.replace(
            one, score=dataclasses.replace(one.score, applied_at=time, scored_at=time)
        )
        for at, one in enumerate(STREAM)
        for time in [NOON + at * step]
    ]
    steady = a_store(tmp_path / "steady", sizes)
    expected = [one.multivariate for one in feed(steady, a_monitor(steady, sizes), scores)]
    found = []
    for at in range(0, len(scores), 50):
        store = a_store(tmp_path / "restarting", sizes)
        monitor = a_monitor(store, sizes)
        found += [one.multivariate for one in feed(store, monitor, scores[at : at + 50])]
        rows = store._database.execute(
            "SELECT max(n) FROM (SELECT count(*) n FROM sampled_rows GROUP BY day)"
        )
        assert rows.fetchone()[0] <= 120
        store.close()
    tested = [one for one in expected if one is not None]
    assert [one.rows for one in tested] == [120, 120]
    assert [one for one in found if one is not None] == tested
    again = a_store(tmp_path / "restarting", sizes)
    assert again.load().versions["1"].multivariate == tested[-1]
