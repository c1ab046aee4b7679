"""What a bounded round of the demo must have shown. Pure: tally in, findings out."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from contracts.records import RawRecord
from deploy.local.poison import POISON, Poison
from deploy.local.tally import Tally, header, percentiles
from drift_monitor.performance.summary import Summary

_NEAR = 0.05  # an estimate of a quickly trained model, on a part that was made to drift


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was to be shown: whether it was, and the figures."""

    what: str
    holds: bool
    seen: str


def findings(
    tally: Tally,
    *,
    clean: int,
    drifted: int,
    clean_windows: int,
    stored: AbstractSet[str],
    column: str,
) -> list[Finding]:
    """Everything that the round must have shown.

    Args:
        tally: what was seen on the topics.
        clean: applications published before the drift.
        drifted: applications published with drift.
        clean_windows: drift windows that were closed before the drift began.
        stored: score ids that the query service has with their explanations.
        column: the column that was made to drift.
    """
    published = len(tally.published_ms)
    return [
        _count("applications published", published, clean + drifted),
        _none_missing("scored", tally.unscored(), published),
        _none_missing("explained", tally.unexplained(), len(tally.scores)),
        _none_missing("stored and readable", tally.scores.keys() - stored, len(tally.scores)),
        Finding("nothing scored that was not published", not tally.phantoms(), _phantoms(tally)),
        _dead_letters(tally),
        _silent(tally, clean_windows),
        _flagged(tally, clean_windows, column),
    ]


def came_true(summary: Summary) -> Finding:
    """Whether outcomes were joined, and what they showed beside the estimate before them."""
    outcome = next((one.outcome for one in summary.versions), None)
    expected = outcome.expected.auc if outcome and outcome.expected else None
    realised = outcome.realised.auc if outcome else None
    what = "outcomes come with their scores, and the expected AUC comes true"
    if outcome is None or expected is None or realised is None:
        return Finding(what, holds=False, seen="no outcome of a score, or of one class only")
    near = abs(expected.value - realised.value) <= _NEAR
    seen = f"AUC expected {expected.value:.3f}, realised {realised.value:.3f}"
    seen += f" ({realised.low:.3f} to {realised.high:.3f}), outcomes of {outcome.coverage:.0%}"
    return Finding(what, holds=near and outcome.coverage == 1, seen=seen)


def latencies(tally: Tally) -> list[tuple[str, float, float]]:
    """Seconds from publish, (to what, median, 99th percentile)."""
    return [
        ("score", *percentiles(tally.score_seconds)),
        ("explanation", *percentiles(tally.explanation_seconds)),
    ]


def _count(what: str, seen: int, expected: int) -> Finding:
    return Finding(what, seen == expected, f"{seen:,} of {expected:,}")


def _none_missing(what: str, missing: AbstractSet[str], of: int) -> Finding:
    return Finding(what, not missing and of > 0, f"{of - len(missing):,} of {of:,}")


def _phantoms(tally: Tally) -> str:
    return f"{len(tally.phantoms())} phantoms, {tally.redelivered} redelivered"


def _dead_letters(tally: Tally) -> Finding:
    expected = Counter(_fate(poison) for poison in POISON)
    found = Counter(_found(record) for record in tally.dead)
    reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(tally.dead_reasons().items()))
    return Finding(
        "bad messages in the dead letters, untouched, each with its reason",
        found == expected,
        f"{sum((found & expected).values())} of {len(POISON)}: {reasons}",
    )


def _fate(poison: Poison) -> tuple[str, bytes | None, bytes | None]:
    return poison.reason.value, poison.key, poison.value


def _found(record: RawRecord) -> tuple[str, bytes | None, bytes | None]:
    return header(record, "dlq_reason"), record.key, record.value


def _silent(tally: Tally, clean_windows: int) -> Finding:
    reports = tally.reports[:clean_windows]
    alerts = [report for report in reports if report.alert or report.drifting]
    seen = f"{len(alerts)} alerts in {len(reports)} windows"
    return Finding("the clean part raises no drift alert", bool(reports) and not alerts, seen)


def _flagged(tally: Tally, clean_windows: int, column: str) -> Finding:
    alerts = [report for report in tally.reports[clean_windows:] if report.alert]
    named = alerts[0].alerted[0] if alerts else "nothing"
    words = next((c.words for r in alerts for c in r.columns if c.column == column), "")
    return Finding(f"the drift of {column} is flagged first", named == column, words or named)
