"""What a service leaves out, and what it sets aside."""

import gc
import sys
import weakref
from collections.abc import Iterator

import pytest

from runtime.lean import leave_out, set_aside


class Node:
    """Something that only the garbage collector frees once it refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_a_package_left_out_counts_as_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "colorsys", sys)  # so that it is as before in the end
    del sys.modules["colorsys"]
    leave_out("colorsys")
    with pytest.raises(ImportError):
        __import__("colorsys")


def test_a_package_that_is_there_stays() -> None:
    leave_out("sys")
    assert sys.modules["sys"] is sys


def test_the_collector_no_longer_goes_through_what_was_set_aside() -> None:
    staying = Node()
    set_aside()
    assert not any(one is staying for one in gc.get_objects())


def test_garbage_is_not_set_aside() -> None:
    gone = weakref.ref(Node())
    set_aside()
    assert gone() is None


def test_what_was_set_aside_and_became_garbage_goes_at_the_next_call() -> None:
    node = Node()
    set_aside()
    gone = weakref.ref(node)
    del node
    set_aside()
    assert gone() is None
