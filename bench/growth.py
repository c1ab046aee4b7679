"""How the cost grows: partitions and processes, events, trees, features."""

from collections.abc import Callable

from bench.backlogs import make_backlog
from bench.contest import drain
from bench.contestants import SCORER
from bench.models import model, rows
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage
from bench.timing import Spread, side_by_side
from explainer.engine import CompiledEngine

_SPREADS = ((1, 1), (2, 1), (4, 1), (2, 2), (4, 2))  # partitions, processes
_TREES, _FEATURES = (100, 300, 1_000), (100, 300, 600)
_USUAL_TREES, _USUAL_FEATURES = 300, 250
_BATCH = 256


def measure(stage: Stage, scale: Scale) -> Findings:
    """The scorer over more partitions, processes and events; the engines over larger models."""
    by_spread = _by_spread(stage, scale)
    by_events = _by_events(stage, scale)
    by_trees = {count: _engines(count, _USUAL_FEATURES, scale) for count in _TREES}
    by_features = {count: _engines(_USUAL_TREES, count, scale) for count in _FEATURES}
    figures = {
        f"{partitions} partitions, {processes} processes": each.median
        for (partitions, processes), each in by_spread.items()
    }
    return Findings(
        tables=[
            _spread_table(by_spread, scale),
            _events_table(by_events),
            _models_table("trees", by_trees, f"{_USUAL_FEATURES} features"),
            _models_table("features", by_features, f"{_USUAL_TREES} trees"),
        ],
        figures=figures,
    )


def _by_spread(stage: Stage, scale: Scale) -> dict[tuple[int, int], Spread]:
    found: dict[tuple[int, int], list[float]] = {}
    for partitions in sorted({partitions for partitions, _ in _SPREADS}):
        backlog = make_backlog(stage, f"spread-{partitions}-", scale.backlog, partitions)
        for _ in range(scale.rounds):
            for of, processes in _SPREADS:
                if of == partitions:
                    drained = drain(backlog, SCORER, "score", scale.window, processes)
                    found.setdefault((of, processes), []).append(drained.rate)
        backlog.clear()
    return {of: Spread(tuple(each)) for of, each in found.items()}


def _by_events(stage: Stage, scale: Scale) -> dict[int, float]:
    found = {}
    for count in scale.growth:
        backlog = make_backlog(stage, f"events-{count}-", count, 4)
        found[count] = drain(backlog, SCORER, "score", float("inf")).rate
        backlog.clear()
    return found


def _engines(trees: int, features: int, scale: Scale) -> dict[str, float]:
    """Microseconds a row in a batch: LightGBM's evaluation, the compiled attributions."""
    booster = model(trees, features)
    batch = rows(_BATCH, features, seed=2)
    compiled = CompiledEngine(booster)
    calls: dict[str, Callable[[], object]] = {
        "evaluation by LightGBM": lambda: booster.predict(batch, raw_score=True, num_threads=1),
        "compiled attributions": lambda: compiled.attributions(batch),
    }
    timings = side_by_side(calls, scale.call_rounds)
    return {name: 1e6 * each.median / _BATCH for name, each in timings.items()}


def _spread_table(found: dict[tuple[int, int], Spread], scale: Scale) -> Table:
    alone = found[1, 1].median
    labels = {of: f"{of[0]} partitions, {of[1]} processes" for of in found}
    return Table(
        name="growth-partitions",
        title="The scorer over partitions and processes",
        about=f"whole work, a backlog of {scale.backlog:,}, Kafka on the same cores; median "
        "(least to greatest)",
        rows=[
            {
                "partitions": str(of[0]),
                "processes": str(of[1]),
                "events a second": each.text(0),
                "of one and one": f"{each.median / alone:.2f}",
            }
            for of, each in found.items()
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="events a second",
            series={"scorer": [(labels[of], each.median) for of, each in found.items()]},
        ),
    )


def _events_table(found: dict[int, float]) -> Table:
    return Table(
        name="growth-events",
        title="The scorer over ever larger backlogs",
        about="whole work, four partitions, one process, once each",
        rows=[
            {"events": f"{count:,}", "events a second": f"{rate:,.0f}"}
            for count, rate in found.items()
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="events a second",
            series={"scorer": [(f"{count:,}", rate) for count, rate in found.items()]},
        ),
    )


def _models_table(what: str, found: dict[int, dict[str, float]], rest: str) -> Table:
    names = list(next(iter(found.values())))
    series = {name: [(float(n), cost[name]) for n, cost in found.items()] for name in names}
    return Table(
        name=f"growth-{what}",
        title=f"The engines over more {what}",
        about=f"microseconds a row in a batch of {_BATCH}, one thread, {rest}",
        rows=[
            {what: f"{n:,}", **{name: f"{each:.1f}" for name, each in cost.items()}}
            for n, cost in found.items()
        ],
        chart=Chart(kind="lines", x=what, y="\u00b5s a row", series=series),
    )
