"""The live view of the demo: what a terminal of 100 by 30 shows. Pure: tally in, picture out."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from contracts.events import Decision, DriftReported, LoanScored
from deploy.local.tally import Tally, percentiles

_BINS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 1.0)
_BAR = 26
_COLOURS = {Decision.APPROVE: "green", Decision.REFER: "yellow", Decision.DECLINE: "red"}


def live_view(tally: Tally, lags: Mapping[str, int], *, phase: str, address: str) -> RenderableType:
    """The whole picture."""
    scores = list(tally.scores.values())
    return Group(
        Panel(_headline(tally, phase), title="creditstream", border_style="cyan"),
        Columns(
            [_flow(tally), _lags(lags), _decisions(scores)],
            expand=True,
        ),
        Columns([_histogram(scores), _verdicts(tally.reports)], expand=True),
        Text.assemble(
            ("  Pages  ", "reverse"), f"  {address}   try one: {address}/try", "   Ctrl-C stops"
        ),
    )


def _headline(tally: Tally, phase: str) -> Text:
    return Text.assemble(
        (f"{phase}\n", "bold"),
        f"{len(tally.published_ms):,} applications   {len(tally.scores):,} scored   "
        f"{len(tally.explained):,} explained   {tally.throughput():,.0f} a second",
    )


def _flow(tally: Tally) -> Table:
    table = Table(title="Seconds from publish to", title_justify="left")
    for heading in ("", "p50", "p99"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, seconds in (
        ("score", tally.score_seconds),
        ("explanation", tally.explanation_seconds),
    ):
        median, high = percentiles(seconds)
        table.add_row(name, f"{median:.3f}", f"{high:.3f}")
    table.add_row("dead letters", "", str(len(tally.dead)))
    return table


def _lags(lags: Mapping[str, int]) -> Table:
    table = Table(title="Records waiting", title_justify="left")
    table.add_column("service")
    table.add_column("lag", justify="right")
    for service, lag in lags.items():
        table.add_row(service, f"{lag:,}")
    return table


def _decisions(scores: list[LoanScored]) -> Table:
    table = Table(title="Decisions", title_justify="left")
    table.add_column("")
    table.add_column("share", justify="right")
    counts = Counter(score.decision for score in scores)
    for decision, colour in _COLOURS.items():
        share = counts[decision] / max(len(scores), 1)
        table.add_row(Text(decision, style=colour), f"{share:.1%}")
    return table


def _histogram(scores: list[LoanScored]) -> Table:
    table = Table(title="Probability of default", title_justify="left", box=None, padding=(0, 1))
    table.add_column("", justify="right")
    table.add_column("", width=_BAR)
    counts = Counter(_bin(score.probability) for score in scores)
    most = max(counts.values(), default=1)
    for at, (low, high) in enumerate(pairwise(_BINS)):
        bar = "█" * round(_BAR * counts[at] / most)
        table.add_row(f"{low:.0%} to {high:.0%}", Text(bar, style="cyan"))
    return table


def _bin(probability: float) -> int:
    return sum(probability >= edge for edge in _BINS[1:-1])


def _verdicts(reports: list[DriftReported]) -> Table:
    table = Table(title="Drift windows", title_justify="left")
    table.add_column("size", justify="right")
    table.add_column("verdict")
    for report in reports[-6:]:
        table.add_row(str(report.size), _verdict(report))
    if not reports:
        table.add_row("", "none closed yet")
    return table


def _verdict(report: DriftReported) -> Text:
    if report.alert:
        return Text(f"ALERT {report.alerted[0]}", style="bold red")
    if report.drifting:
        return Text(f"SLOW DRIFT {report.drifting[0].column}", style="bold red")
    if report.drifted:
        return Text(f"drifted: {report.drifted[0]}", style="yellow")
    return Text("as the reference", style="green")
