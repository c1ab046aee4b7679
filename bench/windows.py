"""What it takes to judge one window of scores against the reference of its model."""

import numpy as np

from bench.material import Material
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.timing import Spread, side_by_side
from contracts.packing import FloatMatrix
from drift_monitor.columns import column_layout
from drift_monitor.comparison import Profiled
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import judge_columns
from drift_monitor.policy import Policy
from drift_monitor.profiles import profile
from drift_monitor.stability import stability

_SCORES, _COLUMNS = 1_000, 250
_DRIFT = 0.5  # standard deviations, of every column


def measure(material: Material, scale: Scale) -> Findings:
    """Milliseconds of a window without drift, and of one in which every column drifted."""
    bundle = material.model()
    manifest = bundle.manifest
    reference = bundle.model_input(bundle.reference)[:, :_COLUMNS]
    columns = column_layout(
        manifest.model_features[:_COLUMNS], reference, manifest.categories, untested=()
    )
    before = profile(columns, reference)

    def judged(window: FloatMatrix) -> int:
        now = profile(columns, window)
        profiled = tuple(map(Profiled, columns, before, now))
        found = judge_columns(profiled, ScipyDetectors(), Policy())
        return len(found) + len([stability(one) for one in profiled])

    clean = reference[np.random.default_rng(0).permutation(len(reference))[:_SCORES]]
    drifted = (clean + _DRIFT * np.nanstd(reference, axis=0)).astype(np.float32)
    timings = side_by_side(
        {"none": lambda: judged(clean), "every column": lambda: judged(drifted)},
        scale.call_rounds,
    )
    cost = {name: each.scaled(1e3) for name, each in timings.items()}
    figures = {f"drift in {name}, ms": each.median for name, each in cost.items()}
    figures["most, ms"] = max(each.median for each in cost.values())
    return Findings(tables=[_table(cost, len(reference))], figures=figures)


def _table(cost: dict[str, Spread], rows: int) -> Table:
    return Table(
        name="windows",
        title="One window of the drift monitor",
        about=f"{_SCORES:,} scores by {_COLUMNS} columns against a reference of {rows:,} rows: "
        "profiles, every test, stability indices; median (least to greatest)",
        rows=[{"drifted": name, "milliseconds": each.text(1)} for name, each in cost.items()],
        chart=Chart(
            kind="bars",
            x="",
            y="ms a window",
            series={"a window": [(f"drift: {name}", each.median) for name, each in cost.items()]},
        ),
    )
