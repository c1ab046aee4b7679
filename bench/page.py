"""The page of the benchmarks and its charts, from the results alone."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.bounds import Judged, bounds_rows
from bench.charts import draw
from bench.places import Places
from bench.results import Result, Run, Table

_CHARTS = "benchmarks"
_INTRODUCTION = """# Benchmarks

Written by `make bench` from {results}.

Alternatives are measured in turn, round by round, and what they give is checked before their time
counts; tables show medians. Ratios carry over to other machines, single figures do not. What the
figures mean for a cluster stands in [capacity.md](capacity.md).
"""
_BOUNDS = "From `bench/bounds.toml`; some hold at full size alone, and are judged there alone."


def write_page(
    results: Mapping[str, Result], order: Sequence[str], judged: Sequence[Judged], at: Places
) -> Path:
    """Write the page and a chart for every table; returns the page."""
    parts = [_INTRODUCTION.format(results=at.link()), _bounds(judged)]
    for name in order:
        if name in results:
            parts += list(_sections(results[name], at.pages / _CHARTS))
    parts.append(_origins(results[name].run for name in order if name in results))
    page = at.pages / "benchmarks.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join(parts), encoding="utf-8")
    return page


def markdown_rows(rows: Sequence[Mapping[str, str]]) -> str:
    """A table in Markdown."""
    names = list(rows[0])
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(row.values())} |" for row in rows]
    return "\n".join(lines) + "\n"


def _bounds(judged: Sequence[Judged]) -> str:
    return f"## Bounds\n\n{_BOUNDS}\n\n{markdown_rows(bounds_rows(judged))}"


def _sections(result: Result, charts: Path) -> Iterable[str]:
    for table in result.findings.tables:
        yield _section(table, charts)
    for note in result.findings.notes:
        yield f"{note}\n"
    yield _provenance(result.run)


def _section(table: Table, charts: Path) -> str:
    text = f"## {table.title}\n\n{table.about[:1].upper()}{table.about[1:]}.\n\n"
    text += markdown_rows(table.rows)
    draw(table.chart, table.title, charts / f"{table.name}.svg")
    return f"{text}\n![{table.title}]({charts.name}/{table.name}.svg)\n"


def _provenance(run: Run) -> str:
    form = "quick form" if run.quick else "full form"
    return f"<sub>{_day(run)}, `{run.command}`, {form}, {run.seconds:.0f} s.</sub>\n"


def _origins(runs: Iterable[Run]) -> str:
    """Commits, machines and versions, each with the days of the runs that they were there in."""
    told: dict[str, set[str]] = {}
    for run in runs:
        versions = ", ".join(f"{name} {number}" for name, number in run.versions.items())
        origin = f"- Commit {run.commit}, on {run.machine}, with {versions}"
        told.setdefault(origin, set()).add(_day(run))
    lines = [f"{origin} ({', '.join(sorted(days))})." for origin, days in told.items()]
    return "\n".join(["## Origin of the figures", "", *lines, ""])


def _day(run: Run) -> str:
    return run.at[:10]
