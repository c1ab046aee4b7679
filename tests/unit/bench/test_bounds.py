from pathlib import Path

import msgspec
import pytest

from bench.bounds import Bound, bounds_rows, judge, read_bounds
from bench.results import Findings, Result, Run
from bench.suite import BENCHMARKS


def a_result(*, quick: bool = True, **figures: float) -> Result:
    run = Run(
        at="2026-01-15T12:00+00:00",
        command="make bench",
        commit="abc",
        machine="a machine",
        versions={"python": "3.11"},
        quick=quick,
        seconds=1.0,
    )
    return Result(name="speed", run=run, findings=Findings(tables=[], figures=figures))


@pytest.mark.parametrize(("value", "verdict"), [(0.89, "missed"), (0.9, "met"), (2.0, "met")])
def test_a_least_bound_is_met_from_itself_on(value: float, verdict: str) -> None:
    bound = Bound(what="ratio", figure="speed.ratio", at_least=0.9)
    [judged] = judge([bound], {"speed": a_result(ratio=value)})
    assert judged.verdict == verdict


@pytest.mark.parametrize(("value", "verdict"), [(10.1, "missed"), (10.0, "met"), (1.0, "met")])
def test_a_greatest_bound_is_met_up_to_itself(value: float, verdict: str) -> None:
    bound = Bound(what="latency", figure="speed.p99", at_most=10)
    [judged] = judge([bound], {"speed": a_result(p99=value)})
    assert judged.verdict == verdict


def test_what_was_not_measured_is_not_run_rather_than_met() -> None:
    bound = Bound(what="latency", figure="speed.p99", at_most=10)
    [judged] = judge([bound], {"speed": a_result(p50=1.0)})
    assert judged.verdict == "not run"
    assert bounds_rows([judged])[0]["measured"] == ""


@pytest.mark.parametrize("figures", [{"ratio": 0.5}, {"ratio": 2.0}, {}])
def test_a_quick_run_is_not_held_against_a_bound_of_full_size(figures: dict[str, float]) -> None:
    bound = Bound(what="ratio", figure="speed.ratio", at_least=0.9, full_only=True)
    [judged] = judge([bound], {"speed": a_result(quick=True, **figures)})
    assert judged.verdict == "full form only"


def test_a_full_run_is_held_against_a_bound_of_full_size() -> None:
    bound = Bound(what="ratio", figure="speed.ratio", at_least=0.9, full_only=True)
    [judged] = judge([bound], {"speed": a_result(quick=False, ratio=0.5)})
    assert judged.verdict == "missed"


def test_a_bound_of_full_size_without_any_run_is_not_run() -> None:
    bound = Bound(what="ratio", figure="speed.ratio", at_least=0.9, full_only=True)
    [judged] = judge([bound], {})
    assert judged.verdict == "not run"


@pytest.mark.parametrize("limits", [{}, {"at_least": 1.0, "at_most": 2.0}])
def test_a_bound_bounds_on_exactly_one_side(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"speed\.p99: one of"):
        msgspec.convert({"what": "latency", "figure": "speed.p99", **limits}, Bound)


def test_a_misspelt_key_in_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bounds.toml"
    path.write_text('[[bound]]\nwhat = "x"\nfigure = "a.b"\nat_last = 1\n')
    with pytest.raises(msgspec.ValidationError, match="at_last"):
        read_bounds(path)


def test_every_bound_of_the_file_is_on_a_benchmark_that_there_is() -> None:
    names = {one.name for one in BENCHMARKS}
    assert {bound.benchmark for bound in read_bounds()} <= names
