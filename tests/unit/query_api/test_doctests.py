"""The examples in docstrings are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "query_api.pages.dictionary",
        "query_api.pages.wording",
        "query_api.preferences",
        "query_api.store.acceptance",
        "query_api.store.paging",
    ],
)
def test_examples_are_true(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert tried > 0
    assert failed == 0
