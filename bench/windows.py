"""What it takes to judge one window of scores, beside other drift tools."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.drift_tools import Tool, check, tools
from bench.material import Material
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.timing import Spread, in_turn
from contracts.packing import FloatMatrix
from drift_monitor.columns import Column, column_layout
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import judge_columns
from drift_monitor.policy import Judged, Policy
from drift_monitor.profiles import ColumnProfile, profile
from drift_monitor.stability import stability

_SCORES, _COLUMNS = 1_000, 250
_DRIFT = 0.5  # standard deviations, of every column
_OURS, _CLEAN = "drift monitor", "none"


@dataclass(frozen=True, slots=True)
class _Monitor:
    """What the monitor knows before a window comes."""

    columns: Sequence[Column]
    reference: Sequence[ColumnProfile]

    def judge(self, window: FloatMatrix) -> list[Judged]:
        """Profiles, tests and stability indices."""
        now = profile(self.columns, window)
        profiled = tuple(map(Profiled, self.columns, self.reference, now))
        for one in profiled:
            stability(one)
        return judge_columns(profiled, ScipyDetectors(), Policy())


def measure(material: Material, scale: Scale) -> Findings:
    """Milliseconds of a window without drift, and of one in which every column drifted.

    The others take seconds for the second; they are timed on the first alone.

    Raises:
        ToolFailedError: one of the others ended.
        OtherFindingsError: one of the others found something else.
    """
    bundle = material.model()
    manifest = bundle.manifest
    reference = bundle.model_input(bundle.reference)[:, :_COLUMNS]
    columns = column_layout(
        manifest.model_features[:_COLUMNS], reference, manifest.categories, untested=()
    )
    monitor = _Monitor(columns, profile(columns, reference))
    clean = reference[np.random.default_rng(0).permutation(len(reference))[:_SCORES]]
    drifted = (clean + _DRIFT * np.nanstd(reference, axis=0)).astype(np.float32)
    with tools(columns, reference, {_CLEAN: clean}) as others:
        cost = {
            _CLEAN: _beside(monitor, clean, others, scale.rounds),
            "every column": _cost({_OURS: partial(_ours, monitor, drifted)}, scale.call_rounds),
        }
    return Findings(tables=[_table(cost, len(reference))], figures=_figures(cost))


def _beside(
    monitor: _Monitor, window: FloatMatrix, others: Sequence[Tool], rounds: int
) -> Mapping[str, Spread]:
    """Milliseconds of everyone, once what the others find was held against what we do."""
    judged = monitor.judge(window)
    for tool in others:
        check(tool.name, tool.judge(_CLEAN), judged)
    theirs = {tool.name: partial(_theirs, tool) for tool in others}
    return _cost({_OURS: partial(_ours, monitor, window), **theirs}, rounds)


def _cost(alternatives: Mapping[str, Callable[[], float]], rounds: int) -> Mapping[str, Spread]:
    return {who: each.scaled(1e3) for who, each in in_turn(alternatives, rounds).items()}


def _theirs(tool: Tool) -> float:
    return tool.judge(_CLEAN).seconds


def _ours(monitor: _Monitor, window: FloatMatrix) -> float:
    began = time.perf_counter()
    monitor.judge(window)
    return time.perf_counter() - began


def _figures(cost: Mapping[str, Mapping[str, Spread]]) -> dict[str, float]:
    figures = {f"drift in {name}, ms": of[_OURS].median for name, of in cost.items()}
    figures["most, ms"] = max(figures.values())
    of = cost[_CLEAN]
    ratios = {f"{who} / ours": each.against(of[_OURS]) for who, each in of.items() if who != _OURS}
    return figures | ratios


def _table(cost: Mapping[str, Mapping[str, Spread]], rows: int) -> Table:
    return Table(
        name="windows",
        title="One window of the drift monitor",
        about=f"{_SCORES:,} scores by {_COLUMNS} columns against a reference of {rows:,} rows that "
        "everyone has prepared for: KS, chi-squared and missing values of every column; ours with "
        "tests of missing and of unseen values and stability indices besides. The same are KS "
        "distances and chi-squared statistics (NannyML), p-values of KS (Evidently's are exact: to "
        "0.01) and missing shares; Evidently's chi-squared takes the reference's shares for known, "
        "which is another test. Median (least to greatest)",
        rows=[
            {
                "drifted": name,
                "by": who,
                "milliseconds": each.text(1),
                "times ours": f"{each.against(of[_OURS]):,.1f}",
            }
            for name, of in cost.items()
            for who, each in of.items()
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="ms a window",
            logarithmic=True,
            series={
                "a window": [
                    (f"{who}, drift: {name}", each.median)
                    for name, of in cost.items()
                    for who, each in of.items()
                ]
            },
        ),
    )
