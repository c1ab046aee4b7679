"""`list`, `show` and `compare`: for people and, by --json, for programs."""

import json
from typing import Any

import pytest

from runtime.settings import MlflowSettings
from tests.recorded_versions import ROWS, a_version, scores
from training.__main__ import main

pytestmark = pytest.mark.usefixtures("two_versions")


@pytest.fixture
def two_versions(registry: MlflowSettings) -> None:
    """Version 1 in force, and version 2, which knows less."""
    a_version(registry, scores(noise=0.1))
    a_version(registry, scores(noise=0.6), seed=8)
    assert main(["promote", "1", "--by", "a lender", "--reason", "the first"]) == 0


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What a command says, as a program reads it."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_list_has_the_newest_first_with_alias_and_promotion(
    capsys: pytest.CaptureFixture[str],
) -> None:
    newest, oldest = told(capsys, "list")

    assert (newest["version"], newest["aliases"], newest["promoted_by"]) == ("2", [], None)
    assert (oldest["version"], oldest["aliases"]) == ("1", ["champion"])
    assert (oldest["promoted_by"], oldest["promoted_reason"]) == ("a lender", "the first")
    assert oldest["metrics"]["auc"] == 0.7
    assert oldest["code"] == "abc"


def test_a_list_for_people_has_a_line_for_each_version(
    capsys: pytest.CaptureFixture[str],
) -> None:
    capsys.readouterr()

    assert main(["list"]) == 0

    header, second, first = capsys.readouterr().out.splitlines()
    assert header.split() == [
        "version",
        "alias",
        "registered",
        "AUC",
        "ECE",
        "code",
        "promoted",
        "by",
    ]
    assert second.split()[0] == "2"
    assert "champion" in first
    assert first.endswith("a lender")


def test_a_version_shows_with_the_moves_it_was_in(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "show", "champion")

    (move,) = found["promotions"]
    assert found["summary"]["version"] == "1"
    assert (move["kind"], move["by"], move["previous"]) == ("promote", "a lender", None)
    assert told(capsys, "show", "2")["promotions"] == []


def test_two_versions_are_compared_on_the_same_applicants(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = told(capsys, "compare", "champion", "2")

    value, low, high = (found["difference"][name] for name in ("value", "low", "high"))
    assert found["rows"] == ROWS
    assert low < value < high < 0
    assert value == pytest.approx(found["challenger"]["value"] - found["champion"]["value"])

    assert main(["compare", "champion", "2"]) == 0
    assert "version 2 less version 1: " in (said := capsys.readouterr().out)
    assert said.strip().endswith("worse")


def test_a_version_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["show", "9"], ["compare", "1", "nobody"]):
        assert main([*arguments, "--json"]) == 1
        assert arguments[-1] in capsys.readouterr().err
