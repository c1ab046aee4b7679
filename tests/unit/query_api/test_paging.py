"""Cursors survive their way through an address; foreign ones are refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.store.paging import Cursor, InvalidCursorError, page_of
from tests.published import NOON

_times = st.integers(0, 7_000_000_000).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC))


@given(_times, st.text(min_size=1, max_size=60).filter(lambda text: "\0" not in text))
def test_a_cursor_comes_back_whole(time: dt.datetime, row_id: str) -> None:
    try:
        row_id.encode()
    except UnicodeEncodeError:
        return  # no id holds half a surrogate
    cursor = Cursor(time, row_id)
    assert Cursor.decode(cursor.encode()) == cursor


@given(st.text(max_size=100))
def test_foreign_text_is_refused_or_a_cursor(text: str) -> None:
    try:
        cursor = Cursor.decode(text)
    except InvalidCursorError:
        return
    assert cursor.time.tzinfo is not None
    assert cursor.row_id


@pytest.mark.parametrize("text", ["", "zz", "====", "MjAyNi0wMS0wMQ", "ÿ"])
def test_no_cursor_is_told(text: str) -> None:
    with pytest.raises(InvalidCursorError, match="not a cursor"):
        Cursor.decode(text)


def test_a_page_names_the_next_one_only_where_there_is_more() -> None:
    rows = ["a", "b", "c"]
    page = page_of(rows, 2, lambda row: Cursor(NOON, row))
    assert page.rows == ["a", "b"]
    assert page.next_cursor == Cursor(NOON, "b").encode()
    assert page_of(rows, 3, lambda row: Cursor(NOON, row)).next_cursor is None
