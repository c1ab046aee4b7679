"""The explainer's own metrics."""

from prometheus_client import Counter

REASONS = Counter("explainer_reasons", "Reasons given, by code", ["code"])
WITHOUT_REASON = Counter(
    "explainer_without_reason", "Explanations in which nothing raises the risk"
)
ROWS = Counter("explainer_rows", "Scores explained, by engine: compiled or lightgbm", ["engine"])
