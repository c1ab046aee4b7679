"""What hypothesis draws from: any application that the contract allows, and near misses."""

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from contracts.application import CATEGORICAL, COLUMNS, NOT_EMPLOYED, LoanApplication

_LEVELS = st.text(st.characters(codec="utf-8"), max_size=100)
"""Any text, quotes, escapes and colons included."""


def _meta(column: str) -> msgspec.Meta:
    number, _none = get_args(LoanApplication.__annotations__[column])
    meta: msgspec.Meta = get_args(number)[1]
    return meta


def values(column: str) -> st.SearchStrategy[float | str]:
    """Every value that `column` may hold, the sentinel of `DAYS_EMPLOYED` included."""
    if column in CATEGORICAL:
        return _LEVELS
    meta = _meta(column)
    if column == "DAYS_EMPLOYED":
        return st.floats(meta.ge, 0) | st.just(NOT_EMPLOYED)
    return st.floats(meta.ge, meta.le)


ids = st.integers(1, 2**63 - 1)


@st.composite
def documents(draw: st.DrawFn, columns: Sequence[str] = COLUMNS, most: int = 12) -> dict[str, Any]:
    """A valid application as the JSON object that upstream systems send."""
    names = draw(st.lists(st.sampled_from(columns), max_size=most, unique=True))
    document: dict[str, Any] = {name: draw(st.none() | values(name)) for name in names}
    return {"SK_ID_CURR": draw(ids), **document}


def applications(
    columns: Sequence[str] = COLUMNS, most: int = 12
) -> st.SearchStrategy[LoanApplication]:
    """Any application in which only some of `columns`, at most `most`, are not missing."""
    return documents(columns, most).map(lambda document: LoanApplication(**document))
