"""The pages from results: written where the form's places are, with a chart for every table."""

from pathlib import Path

import pytest

from bench.bounds import Bound, judge
from bench.capacity import need, write_capacity
from bench.page import write_page
from bench.places import Places, places
from bench.results import Chart, Findings, Result, Run, Table

_RUN = Run(
    at="2026-01-15T12:00+00:00",
    command="make bench",
    commit="abc",
    machine="a machine",
    versions={"python": "3.11"},
    quick=False,
    seconds=1.0,
)
_COSTS = {
    "scorer, us": 100.0,
    "explainer, us": 300.0,
    "drift_monitor, us": 600.0,
    "projector, us": 200.0,
    "Kafka, us": 90.0,
    "loan.applications, bytes": 500.0,
    "loan.scores, bytes": 1_500.0,
    "loan.explanations, bytes": 2_000.0,
    "SQL store, bytes": 9_000.0,
}
_ONE, _TWO = "1 partition, 1 process", "2 partitions, 2 processes"
_MEMORY = {f"{name}, MB": 500.0 for name in ("scorer", "explainer", "drift_monitor", "projector")}


@pytest.fixture
def at(tmp_path: Path) -> Places:
    return Places(tmp_path / "results", tmp_path / "pages")


def a_result(name: str, **figures: float) -> Result:
    chart = Chart(kind="bars", x="", y="ms", series={"ours": [("one", 1.5)]})
    table = Table(name="t", title="T", about="a", rows=[{"what": "one"}], chart=chart)
    return Result(name=name, run=_RUN, findings=Findings(tables=[table], figures=figures))


def test_a_quick_run_writes_nothing_into_the_folders_of_a_full_one() -> None:
    quick, full = places(quick=True), places(quick=False)
    assert (full.results.name, full.pages.name) == ("results", "docs")
    for folder in (quick.results, quick.pages):
        assert "var" in folder.parts
        assert folder not in (full.results, full.pages)


@pytest.mark.parametrize("quick", [False, True])
def test_a_page_links_to_its_own_results(*, quick: bool) -> None:
    at = places(quick=quick)
    address = at.link("memory.json").partition("(")[2].rstrip(")")
    assert (at.pages / address).resolve() == at.results / "memory.json"


def test_the_page_has_every_table_with_its_chart_and_the_bounds(at: Places) -> None:
    bound = Bound(what="the slowest", figure="speed.p99", at_most=10)
    results = {"speed": a_result("speed", p99=20.0)}
    text = write_page(results, ["speed"], judge([bound], results), at).read_text(encoding="utf-8")
    assert "| the slowest | at most 10 | 20 | missed |" in text
    assert "![T](benchmarks/t.svg)" in text
    assert (at.pages / "benchmarks" / "t.svg").is_file()


def test_the_capacity_without_its_figures_says_what_has_to_come_first(at: Places) -> None:
    assert "has to come" in write_capacity({}, at).read_text("utf-8")
    results = {"memory": a_result("memory", **_COSTS)}  # without what the services hold
    assert "has to come" in write_capacity(results, at).read_text("utf-8")


def test_the_capacity_tells_what_a_partition_carries_and_what_gives_way_first(at: Places) -> None:
    memory = a_result("memory", **_COSTS | _MEMORY)
    text = _words(write_capacity({"memory": memory}, at))
    assert "the explainer does least: 3,333 applications a second" in text
    assert "1. **The drift monitor**" in text
    assert "disks and network of the brokers before" in text
    growth = a_result("growth", **{_ONE: 9_000.0, _TWO: 15_000.0})
    text = _words(write_capacity({"memory": memory, "growth": growth}, at))
    assert "did 9,000 a second over one partition, two did 15,000 over two" in text


def _words(page: Path) -> str:
    """A page without the ends of its lines."""
    return " ".join(page.read_text(encoding="utf-8").split())


def test_a_load_takes_as_many_processes_as_its_work_at_six_tenths_of_a_core() -> None:
    needed = need(_COSTS | _MEMORY, 10_000)
    assert needed.processes == {"scorer": 2, "explainer": 5, "projector": 4}
    assert needed.sampled == 10
    assert needed.brokers == 3
    assert needed.memory == 6.0
    assert needed.topic_bytes == 10_000 * 4_000 * 3 * 86_400
