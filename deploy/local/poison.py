"""Bad messages of every kind, each with the reason under which it must be found again."""

from dataclasses import dataclass

from contracts.errors import Reason
from contracts.records import Headers
from contracts.topics import APPLICATIONS

_LARGEST = APPLICATIONS.max_message_bytes - 300


@dataclass(frozen=True, slots=True)
class Poison:
    """A message that must end in the dead letters, untouched, under `reason`."""

    reason: Reason
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


POISON = (
    Poison(Reason.NOT_JSON, b"1", b"{not json"),
    Poison(Reason.NOT_JSON, b"2", b"x" * _LARGEST),
    Poison(Reason.NOT_UTF8, b"3", b'{"SK_ID_CURR": 3, "CODE_GENDER": "\xff"}'),
    Poison(Reason.NOT_AN_OBJECT, b"4", b"[4]"),
    Poison(Reason.EMPTY, b"5", b""),
    Poison(Reason.TOMBSTONE, b"6", None),
    Poison(Reason.BAD_ID, None, b'{"AMT_CREDIT": 1000}'),
    Poison(Reason.BAD_ID, b"8", b'{"SK_ID_CURR": "eight"}'),
    Poison(Reason.WRONG_TYPE, b"9", b'{"SK_ID_CURR": 9, "AMT_CREDIT": "much"}'),
    Poison(Reason.IMPOSSIBLE_VALUE, b"10", b'{"SK_ID_CURR": 10, "AMT_INCOME_TOTAL": -1}'),
    Poison(Reason.IMPOSSIBLE_VALUE, b"11", b'{"SK_ID_CURR": 11, "DAYS_BIRTH": 12000}'),
    Poison(Reason.IMPOSSIBLE_VALUE, b"12", b'{"SK_ID_CURR": 12, "AMT_CREDIT": Infinity}'),
    Poison(Reason.KEY_MISMATCH, b"13", b'{"SK_ID_CURR": 31}'),
    Poison(Reason.DUPLICATE_FIELD, b"14", b'{"SK_ID_CURR": 14, "SK_ID_CURR": 14}'),
    Poison(Reason.BAD_HEADER, b"15", b'{"SK_ID_CURR": 15}', (("ce_time", b"yesterday"),)),
)
