"""`Prefer` headers as clients write them."""

import pytest

from query_api.preferences import wait_seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=5", 5),
        ("Wait = 10", 10),
        ('wait="7"', 7),
        ("respond-async, wait=3", 3),
        ("wait=3, wait=9", 3),
        ("wait=2; strict", 2),
        ("wait=0", 0),
    ],
)
def test_a_wait_is_read(header: str, seconds: int) -> None:
    assert wait_seconds(header) == seconds


@pytest.mark.parametrize("header", [None, "", "wait", "wait=", "wait=-1", "wait=soon", "waiting=5"])
def test_what_is_malformed_is_ignored(header: str | None) -> None:
    assert wait_seconds(header) is None
