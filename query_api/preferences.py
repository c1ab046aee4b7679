"""`Prefer: wait=5` of RFC 7240: how long a client would wait for the score itself."""

import re

_WAIT = re.compile(r"""\s*wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;.*)?""", re.IGNORECASE)


def wait_seconds(prefer: str | None) -> int | None:
    """The seconds of the first wait preference; None without one, as malformed ones are ignored.

    >>> wait_seconds("respond-async, wait=5")
    5
    """
    matches = (_WAIT.fullmatch(preference) for preference in (prefer or "").split(","))
    first = next((match for match in matches if match), None)
    return int(first[1] or first[2]) if first else None
