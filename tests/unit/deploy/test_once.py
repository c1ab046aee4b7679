import datetime as dt
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from contracts.errors import Reason
from contracts.events import DriftReported, Estimate, WindowKind
from contracts.examples import DRIFT, EXPLANATION, SCORE
from contracts.ids import explanation_id, score_id
from contracts.records import RawRecord
from deploy.local.once import Finding, came_true, findings, latencies
from deploy.local.poison import POISON
from deploy.local.tally import Tally
from deploy.local.view import live_view
from drift_monitor.performance.realised import Realised
from drift_monitor.performance.summary import Summary, VersionPerformance
from drift_monitor.performance.vintages import Outcome
from runtime.intake import refuse

COLUMN = "NAME_CONTRACT_TYPE"


def _record(at_ms: int = 0) -> RawRecord:
    return RawRecord("loan.scores", 0, 0, b"1", b"{}", (), at_ms)


def _report(number: int, *, alerted: tuple[str, ...] = ()) -> DriftReported:
    return msgspec.structs.replace(
        DRIFT,
        window_id=f"w{number}",
        alerted=alerted,
        drifted=alerted,
        alert=bool(alerted),
        drifting=(),
    )


def _score(tally: Tally, number: int) -> None:
    event_id = f"event-{number}"
    tally.application(event_id, _record(1000))
    score = msgspec.structs.replace(
        SCORE,
        application_id=number,
        score_id=score_id(event_id),
        scored_at=SCORE.scored_at + dt.timedelta(seconds=number),
    )
    tally.score(score, _record(1040))
    explanation = msgspec.structs.replace(
        EXPLANATION,
        score_id=score.score_id,
        explanation_id=explanation_id(score.score_id),
    )
    tally.explanation(explanation, _record(1100))


def _good_round() -> Tally:
    tally = Tally()
    for number in range(5):
        _score(tally, number)
    for poison in POISON:
        record = RawRecord("loan.applications", 0, 0, poison.key, poison.value, poison.headers)
        letter = refuse(record, "scorer", poison.reason, "")
        tally.dead_letter(RawRecord("dlq", 0, 0, poison.key, poison.value, tuple(letter.headers())))
    for report in (_report(1), _report(2), _report(3), _report(4, alerted=(COLUMN, "OTHER"))):
        tally.report(report)
    return tally


def _findings(tally: Tally) -> list[Finding]:
    return findings(
        tally, clean=2, drifted=3, clean_windows=2, stored=set(tally.scores), column=COLUMN
    )


def test_a_good_round_shows_everything() -> None:
    assert [finding for finding in _findings(_good_round()) if not finding.holds] == []


def _lose_a_score(tally: Tally) -> None:
    lost = next(iter(tally.scores))
    del tally.scores[lost], tally.explained[lost]


def _lose_an_explanation(tally: Tally) -> None:
    tally.explained.popitem()


def _score_a_phantom(tally: Tally) -> None:
    tally.published_ms.popitem()


def _lose_a_dead_letter(tally: Tally) -> None:
    tally.dead.pop()


def _change_a_dead_letter(tally: Tally) -> None:
    tally.dead[0] = _other_value(tally.dead[0])


def _other_value(record: RawRecord) -> RawRecord:
    return RawRecord(record.topic, 0, 0, record.key, b"other", record.headers)


def _give_another_reason(tally: Tally) -> None:
    at = next(i for i, r in enumerate(tally.dead) if (b"empty" in dict(r.headers).values()))
    old = tally.dead[at]
    letter = refuse(RawRecord("t", 0, 0, old.key, old.value), "scorer", Reason.NOT_JSON, "")
    tally.dead[at] = RawRecord("dlq", 0, 0, old.key, old.value, tuple(letter.headers()))


def _alarm_early(tally: Tally) -> None:
    tally.reports[1] = _report(2, alerted=("AMT_CREDIT",))


def _stay_silent(tally: Tally) -> None:
    tally.reports[3] = _report(4)


def _name_another_first(tally: Tally) -> None:
    tally.reports[3] = _report(4, alerted=("OTHER", COLUMN))


@pytest.mark.parametrize(
    ("spoil", "claim"),
    [
        (_lose_a_score, "scored"),
        (_lose_an_explanation, "explained"),
        (_score_a_phantom, "nothing scored that was not published"),
        (_lose_a_dead_letter, "bad messages"),
        (_change_a_dead_letter, "bad messages"),
        (_give_another_reason, "bad messages"),
        (_alarm_early, "clean part"),
        (_stay_silent, f"drift of {COLUMN}"),
        (_name_another_first, f"drift of {COLUMN}"),
    ],
)
def test_each_failure_is_found(spoil: Callable[[Tally], None], claim: str) -> None:
    tally = _good_round()
    spoil(tally)
    failed = [finding.what for finding in _findings(tally) if not finding.holds]
    assert any(what.startswith((claim, f"the {claim}")) for what in failed)


def test_slow_drift_of_the_clean_part_is_an_alert_as_well() -> None:
    tally = _good_round()
    tally.reports[1] = msgspec.structs.replace(_report(2), drifting=DRIFT.drifting)
    assert [f.what for f in _findings(tally) if not f.holds] == [
        "the clean part raises no drift alert"
    ]


def test_days_weeks_and_segments_are_no_verdict_windows_of_all() -> None:
    tally, before = _good_round(), list(_good_round().reports)
    for change in ({"window": WindowKind.DAY}, {"window": WindowKind.WEEK}, {"segment": "A=b"}):
        tally.report(msgspec.structs.replace(_report(9, alerted=("OTHER",)), **change))
    assert tally.reports == before


def test_what_the_query_service_lacks_is_found() -> None:
    tally = _good_round()
    shown = findings(tally, clean=2, drifted=3, clean_windows=2, stored=set(), column=COLUMN)
    assert [f.what for f in shown if not f.holds] == ["stored and readable"]


def test_nothing_seen_is_nothing_shown() -> None:
    shown = findings(Tally(), clean=2, drifted=3, clean_windows=0, stored=set(), column=COLUMN)
    assert [f.what for f in shown if f.holds] == ["nothing scored that was not published"]


def test_a_redelivery_counts_once() -> None:
    tally = _good_round()
    before = len(tally.scores)
    tally.score(next(iter(tally.scores.values())), _record(9000))
    assert (len(tally.scores), tally.redelivered) == (before, 1)
    assert latencies(tally) == [("score", 0.04, 0.04), ("explanation", 0.1, 0.1)]


def test_the_live_view_fits_a_terminal_of_100_by_30() -> None:
    tally = _good_round()
    for number in range(5, 60):
        _score(tally, number)
    for number in range(5, 20):
        tally.report(_report(number, alerted=("YEARS_BEGINEXPLUATATION_MODE",)))
    console = Console(width=100, height=30, record=True, force_terminal=True)
    lags = {"scorer": 10, "explainer": 1_000, "drift_monitor": 0, "projector": 123_456}
    phase = "applications with drift: revolving-share, lap 12"
    with console.capture() as shown:
        console.print(live_view(tally, lags, phase=phase, address="http://127.0.0.1:31999"))
    lines = shown.get().splitlines()
    assert len(lines) <= 30
    for told in ("60 scored", "123,456", "ALERT YEARS_BEGINEXPLUATATION_MODE", "0.040", "/try"):
        assert any(told in line for line in lines), told


def _summary(realised: float | None, coverage: float = 1.0) -> Summary:
    assert DRIFT.expected is not None
    area = None if realised is None else Estimate(value=realised, low=0.7, high=0.8)
    outcome = Outcome(
        applications=5,
        approved=4,
        coverage=coverage,
        expected=DRIFT.expected,
        realised=Realised(labelled=5, defaults=1, auc=area),
    )
    version = VersionPerformance(
        model_version="1", outcome=outcome, segments={}, vintages=(), windows=()
    )
    return Summary(versions=(version,), challenges=(), waiting_outcomes=0)


def test_an_estimate_that_came_true_is_told_with_its_figures() -> None:
    found = came_true(_summary(0.75))
    assert found.holds
    assert found.seen == "AUC expected 0.761, realised 0.750 (0.700 to 0.800), outcomes of 100%"


@pytest.mark.parametrize(
    "summary",
    [
        _summary(0.6),
        _summary(0.75, coverage=0.9),
        _summary(None),
        Summary(versions=(), challenges=(), waiting_outcomes=0),
    ],
)
def test_outcomes_that_are_missing_or_contradict_are_found(summary: Summary) -> None:
    assert not came_true(summary).holds
