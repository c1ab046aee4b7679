"""Ids that are derived, so that a redelivery gives the same id again."""

import uuid

_SCORES = uuid.UUID("5f1c6c52-7a55-5b0f-9d3b-0c7f1d2e8a41")
_EXPLANATIONS = uuid.UUID("c4b7a4de-21a6-5f3e-8f0d-53f2b7f6e9d0")


def score_id(application_event_id: str) -> str:
    """The id of the score of an application event.

    It depends on that event alone: not on the model, for a redelivery may meet another one.

    >>> score_id("loan.applications-0-17") == score_id("loan.applications-0-17")
    True
    """
    return str(uuid.uuid5(_SCORES, application_event_id))


def explanation_id(score: str) -> str:
    """The id of the explanation of a score."""
    return str(uuid.uuid5(_EXPLANATIONS, score))
