"""Why an event was not taken: an error with a short, stable reason code."""

from enum import StrEnum


class Reason(StrEnum):
    """Reason codes of dead letters; a closed set, for they are metric labels too."""

    EMPTY = "empty"
    TOMBSTONE = "tombstone"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    DUPLICATE_FIELD = "duplicate_field"
    MISSING_FIELD = "missing_field"
    BAD_ID = "bad_id"
    WRONG_TYPE = "wrong_type"
    IMPOSSIBLE_VALUE = "impossible_value"
    KEY_MISMATCH = "key_mismatch"
    BAD_HEADER = "bad_header"
    WRONG_VERSION = "wrong_version"
    CRASH = "crash"


_MAX_MESSAGE = 1000


class InvalidEvent(Exception):  # noqa: N818 - it names a kind of event, as in the design
    """A record that no retry can mend: bad bytes, a wrong schema, an impossible value.

    The message is cut to 1,000 characters: it may quote the record, and it travels in a header of
    the dead letter.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message[:_MAX_MESSAGE])
        self.reason = reason
