"""The findings on one screen. Pure: findings in, what `rich` prints out."""

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table as Grid

from drift_monitor.policy import Judged
from drift_monitor.reporting.findings import Findings
from drift_monitor.words import in_words

_LINES = 25
_WINDOWS = 6


def screen(findings: Findings) -> Iterator[Grid | str]:
    """The verdict, the columns that moved, the first windows, what else is to be known."""
    reference, current = (
        f"{escape(one.path.name)} ({len(one):,} rows)"
        for one in (findings.reference, findings.current)
    )
    word = "[bold red]Drift[/]" if findings.moved else "[bold green]Stable[/]"
    count = f"{len(findings.drifted)} of {len(findings.tested)} tested columns moved"
    yield f"{word}: {count}; {current} against {reference}"
    if findings.drifted:
        yield _columns(findings)
    if findings.windows:
        yield _windows(findings)
    if findings.in_windows_alone:
        yield f"In windows alone moved: {', '.join(findings.in_windows_alone)}"
    yield from map(escape, findings.notes)


def _columns(findings: Findings) -> Grid:
    verdicts = [one for one in findings.judged if one.drifted]
    by = f"effect times importance in {findings.question.model}"
    grid = Grid(title=f"What moved, by {by if findings.question.model else 'effect'}")
    for heading in ("what moved", "test"):
        grid.add_column(heading)
    for heading in ("effect", "floor", "q", "PSI"):
        grid.add_column(heading, justify="right")
    for one in verdicts[:_LINES]:
        grid.add_row(*_cells(one, findings))
    if len(verdicts) > _LINES:
        grid.caption = f"and {len(verdicts) - _LINES} more verdicts, on the page"
    return grid


def _cells(one: Judged, findings: Findings) -> Iterator[str]:
    comparison = one.comparison
    yield escape(in_words(comparison))
    yield comparison.test.value
    yield f"{comparison.effect:.3f}"
    yield f"{findings.question.policy.floor(one.column, comparison.test):g}"
    yield f"{one.q_value:.1e}"
    yield f"{findings.distances[one.column].psi:.3f}"


def _windows(findings: Findings) -> Grid:
    grid = Grid(title=f"In windows of {findings.question.window:,}, as the monitor judges them")
    grid.add_column("rows")
    grid.add_column("moved", justify="right")
    grid.add_column("alert on", overflow="fold")
    for one in findings.windows[:_WINDOWS]:
        alert = f"{len(one.alerted)} columns" if one.alerted else "-"
        grid.add_row(f"{one.first:,} to {one.last:,}", f"{len(one.drifted)}", alert)
    if len(findings.windows) > _WINDOWS:
        grid.caption = f"and {len(findings.windows) - _WINDOWS} more windows, on the page"
    return grid
