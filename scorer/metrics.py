"""The scorer's own metrics; names and labels are a contract with the dashboards."""

import itertools

from prometheus_client import Counter, Gauge, Histogram

from contracts.events import Decision, HistoryStatus, Purpose

_PROBABILITY_BUCKETS = (
    *(0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.125, 0.15, 0.175, 0.2),
    *(0.25, 0.3, 0.4, 0.5, 0.7, 1),
)

SCORES = Counter(
    "scorer_scores",
    "Scores published, by decision, by what was known of the history, and by purpose",
    ["decision", "history", "purpose"],
)
PROBABILITY = Histogram(
    "scorer_probability",
    "Probability of default of the applications that were scored, simulations apart",
    buckets=_PROBABILITY_BUCKETS,
)
CREDIT = Counter(
    "scorer_credit", "Amount applied for, by decision, simulations apart", ["decision"]
)
DEFAULTING_CREDIT = Counter(
    "scorer_defaulting_credit",
    "Amount applied for times its probability of default, by decision, simulations apart",
    ["decision"],
)
UNSEEN_LEVELS = Counter(
    "scorer_unseen_levels", "Levels that the model's training never saw", ["column"]
)
UNKNOWN_COLUMNS = Counter(
    "scorer_unknown_columns", "Columns of applications that are none of ours, ignored"
)
HISTORY_RECORDS = Counter(
    "scorer_history_records", "Histories taken in, by what became of them", ["outcome"]
)
HISTORY_MISMATCHES = Counter(
    "scorer_history_mismatches",
    "Applications whose history is of another version than the model's, scored as unknown",
)
HISTORIES = Gauge("scorer_histories", "Applicants in the history view")
HISTORY_CAUGHT_UP = Gauge(
    "scorer_history_caught_up", "1 once the view has read all that the topic held at the start"
)


def declare() -> None:
    """Show every decision as 0 before the first: no rule can see an increase from nothing."""
    for labels in itertools.product(Decision, HistoryStatus, Purpose):
        SCORES.labels(*labels)
    for decision in Decision:
        CREDIT.labels(decision)
        DEFAULTING_CREDIT.labels(decision)
