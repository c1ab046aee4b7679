"""How the cost grows: partitions and processes, events, trees, features."""

import os
from collections.abc import Callable, Mapping

import lightgbm as lgb

from bench.backlogs import grown, make_backlog
from bench.contest import Backlog, drain
from bench.contestants import SCORER
from bench.fleet import rate_together
from bench.models import model, rows
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage
from bench.timing import Spread, side_by_side
from runtime.attributions import CompiledEngine
from runtime.compiled_trees import CompiledTrees

Spreading = tuple[int, int]
"""Partitions and processes."""

_SPREADS: tuple[Spreading, ...] = ((1, 1), (2, 1), (2, 2), (4, 1), (4, 2))
_TREES, _FEATURES = (100, 300, 1_000), (100, 300, 600)
_USUAL_TREES, _USUAL_FEATURES = 300, 250
_BATCH = 256


def measure(stage: Stage, scale: Scale) -> Findings:
    """The scorer over more events, partitions and processes; the engines over larger models."""
    by_events: dict[int, float] = {}
    by_spread: dict[Spreading, Spread] = {}
    for partitions in sorted({partitions for partitions, _ in _SPREADS}):
        backlog = make_backlog(stage, f"growth-{partitions}-", scale.growth[0], partitions)
        if partitions == max(_SPREADS)[0]:
            backlog, by_events = _by_events(backlog, scale)
        backlog = grown(backlog, scale.backlog)
        by_spread |= _by_spread(backlog, scale)
        backlog.clear()
    stage.say(f"models of {_TREES[0]} to {_TREES[-1]:,} trees")
    largest = model(_TREES[-1], _USUAL_FEATURES)
    by_trees = {count: _engines(_first(largest, count), scale) for count in _TREES}
    stage.say(f"models over {_FEATURES[0]} to {_FEATURES[-1]} features")
    by_features = {count: _engines(model(_USUAL_TREES, count), scale) for count in _FEATURES}
    figures = {_label(of): each.median for of, each in by_spread.items()}
    figures |= {f"{count:,} events": rate for count, rate in by_events.items()}
    return Findings(
        tables=[
            _spread_table(by_spread, scale),
            _events_table(by_events),
            _models_table("trees", by_trees, f"{_USUAL_FEATURES} features"),
            _models_table("features", by_features, f"{_USUAL_TREES} trees"),
        ],
        figures=figures,
    )


def _by_spread(backlog: Backlog, scale: Scale) -> dict[Spreading, Spread]:
    """Round by round, as many processes at a time as are asked for over these partitions."""
    spreads = [of for of in _SPREADS if of[0] == backlog.partitions]
    found: dict[Spreading, list[float]] = {of: [] for of in spreads}
    for _ in range(scale.growth_rounds):
        for of in spreads:
            rate = rate_together(backlog, of[1], scale.window)
            backlog.stage.say(f"{_label(of)}: {rate:,.0f} a second")
            found[of].append(rate)
    return {of: Spread(tuple(each)) for of, each in found.items()}


def _by_events(backlog: Backlog, scale: Scale) -> tuple[Backlog, dict[int, float]]:
    """The whole backlog from its begin, grown from one number of events to the next."""
    found = {}
    for count in scale.growth:
        backlog = grown(backlog, count)
        found[count] = drain(backlog, SCORER, "score", float("inf")).rate
        backlog.stage.say(f"{count:,} events: {found[count]:,.0f} a second")
    return backlog, found


def _first(booster: lgb.Booster, trees: int) -> lgb.Booster:
    """The first trees of a model, as a model."""
    return lgb.Booster(model_str=booster.model_to_string(num_iteration=trees))


def _engines(booster: lgb.Booster, scale: Scale) -> dict[str, float]:
    """Microseconds a row in a batch: LightGBM's evaluation, the scorer's and the explainer's."""
    batch = rows(_BATCH, booster.num_feature(), seed=2)
    trees, compiled = CompiledTrees(booster), CompiledEngine(booster)
    calls: dict[str, Callable[[], object]] = {
        "evaluation by LightGBM": lambda: booster.predict(batch, raw_score=True, num_threads=1),
        "compiled evaluation": lambda: trees.raw_scores(batch),
        "compiled attributions": lambda: compiled.attributions(batch),
    }
    timings = side_by_side(calls, scale.call_rounds)
    return {name: 1e6 * each.median / _BATCH for name, each in timings.items()}


def _label(of: Spreading) -> str:
    partitions, processes = of
    several = "partitions" if partitions > 1 else "partition"
    return f"{partitions} {several}, {processes} {'processes' if processes > 1 else 'process'}"


def _spread_table(found: Mapping[Spreading, Spread], scale: Scale) -> Table:
    alone = found[1, 1].median
    return Table(
        name="growth-partitions",
        title="The scorer over partitions and processes",
        about=f"whole work, {scale.window:.0f} s from when every process has its partitions, Kafka "
        f"on the same cores ({os.cpu_count()}); median (least to greatest)",
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
            series={"scorer": [(_label(of), each.median) for of, each in found.items()]},
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
