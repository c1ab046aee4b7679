"""History features at full size: all of them, and 280 plain ones beside SQL and polars."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.cost import Cost, cost_of
from bench.plain_features.contest import OURS, Costs, measure_programs
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from training.histories.aggregation import HISTORY_FEATURES
from training.tables import HISTORY_TABLES

_MEGABYTE, _GIGABYTE = 1e6, 1e9
_BLOCK = 1 << 24
_MANY_ROWS = 10_000_000
_FEW = "With so few rows the second that the expressions take to be built decides the ratio."


def measure(data: Path | None, scale: Scale) -> Findings:
    """Over a Kaggle folder of CSV files; over a synthetic one where none is given."""
    with tempfile.TemporaryDirectory(prefix="creditstream-histories-") as work:
        made, synthesis = Path(work) / "data", None
        if data is None:
            count = str(scale.history_applicants)
            synthesis = cost_of("producer", "synthesize", "--out", str(made), "--applicants", count)
        folder = data.resolve() if data else made
        rows = sum(_lines(folder / f"{table}.csv") - 1 for table in HISTORY_TABLES)
        out = str(Path(work) / "histories.parquet")
        whole = cost_of("training", "histories", "--data", str(folder), "--out", out)
        costs, width = measure_programs(folder, Path(work), scale.history_rounds)
    commands = {f"`training histories`, {len(HISTORY_FEATURES)} features": whole}
    if synthesis:
        commands = {"`producer synthesize`": synthesis} | commands
    return Findings(
        tables=[_commands_table(commands, rows), _plain_table(costs, width, rows)],
        figures=_figures(costs, commands.values(), rows),
        notes=() if rows >= _MANY_ROWS else (_FEW,),
    )


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b""))


def _commands_table(commands: Mapping[str, Cost], rows: int) -> Table:
    return Table(
        name="histories-commands",
        title="All history features of a folder",
        about=f"{rows:,} rows of the six history tables as CSV; once each, from the start of the "
        "command to its end",
        rows=[
            {
                "command": name,
                "seconds": f"{cost.wall:,.0f}",
                "processor seconds": f"{cost.processor:,.0f}",
                "most memory, MB": f"{cost.memory / _MEGABYTE:,.0f}",
            }
            for name, cost in commands.items()
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="seconds",
            series={
                "on the wall": [(_plain(name), cost.wall) for name, cost in commands.items()],
                "of all processors": [
                    (_plain(name), cost.processor) for name, cost in commands.items()
                ],
            },
        ),
    )


def _plain(name: str) -> str:
    """A command as a chart shows it, which knows no Markdown."""
    return name.partition(",")[0].strip("`")


def _plain_table(costs: Mapping[str, Costs], width: int, rows: int) -> Table:
    ours = costs[OURS]
    return Table(
        name="histories",
        title="Plain history features, three ways",
        about=f"{width} features from {rows:,} rows of CSV, the same values; ours over exact "
        "decimals, the others over doubles; without imports; median (least to greatest)",
        rows=[
            {
                "way": name,
                "seconds": cost.wall.text(1),
                "processor seconds": cost.processor.text(1),
                "most memory, MB": cost.memory.scaled(1 / _MEGABYTE).text(0),
                "ours takes, times": f"{ours.wall.against(cost.wall):.2f}",
            }
            for name, cost in costs.items()
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="seconds",
            series={
                "on the wall": [(name, cost.wall.median) for name, cost in costs.items()],
                "of all processors": [(name, one.processor.median) for name, one in costs.items()],
            },
        ),
    )


def _figures(
    costs: Mapping[str, Costs], commands: Iterable[Cost], rows: int
) -> Mapping[str, float]:
    ours = costs[OURS]
    memories = [one.memory for one in commands] + [max(ours.memory.rounds)]
    memory = {"most memory, GB": max(memories) / _GIGABYTE}
    if rows < _MANY_ROWS:
        return memory
    others = [cost for name, cost in costs.items() if name != OURS]
    ratios = (ours.wall.against(cost.wall) for cost in others)
    processor = (ours.processor.against(cost.processor) for cost in others)
    return memory | {
        "ours / fastest other": max(ratios),
        "ours / fastest other, processor": max(processor),
    }
