"""Waiting for what must come to pass: the one place in the tests that sleeps."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE = 0.05


def wait_until(condition: Callable[[], T], timeout: float, message: str) -> T:
    """The first true value of `condition`, asked again and again for `timeout` seconds.

    Raises:
        AssertionError: It stayed untrue; says `message` and the last value.
    """
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() >= deadline:
            raise AssertionError(f"{message} (waited {timeout:g} s, last seen: {value!r})")
        time.sleep(_PAUSE)
    return value
