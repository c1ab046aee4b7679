"""The metrics of the API and of the projector, besides those that every service has."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "query_api_requests", "Requests answered, by route template", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram("query_api_request_seconds", "From request to answer", ["route"])
SUBMISSIONS = Counter(
    "query_api_submissions", "Applications sent through the API or its pages", ["outcome"]
)
IGNORED_SCORES = Counter(
    "query_api_ignored_scores", "Scores left out as duplicates or late redeliveries"
)
