"""The scorer's own metrics; names and labels are a contract with the dashboards."""

from prometheus_client import Counter, Gauge

SCORES = Counter(
    "scorer_scores",
    "Scores published, by decision, by what was known of the history, and by purpose",
    ["decision", "history", "purpose"],
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
