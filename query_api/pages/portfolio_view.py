"""The portfolio as the pages show it; pure."""

from collections.abc import Sequence

from markupsafe import Markup

from contracts.events import Decision
from query_api.charts import Bin, Part, stacked_bar
from query_api.pages.wording import percent, whole
from query_api.store.acceptance import POINTS_STEP
from query_api.store.figures import Figures

_ENOUGH_TO_COMPARE = 100


def bins(figures: Figures) -> list[Bin]:
    """How the scores in force lie."""
    return [
        Bin(
            group.key,
            group.key + POINTS_STEP,
            tuple(
                Part(f"part-{one.value}", figures.decided.get((group.key, one.value), 0), one.value)
                for one in Decision
            ),
        )
        for group in figures.points
    ]


def decisions_bar(figures: Figures) -> Markup:
    """The decisions as shares of one bar."""
    total = max(figures.applications, 1)
    return stacked_bar(
        [
            Part(
                f"part-{group.key}",
                group.applications,
                f"{group.key}: {whole(group.applications)} ({percent(group.applications / total)})",
            )
            for group in figures.decisions
        ]
    )


def lower_risk_than(points: float, known: Sequence[Bin]) -> float | None:
    """The share of scores that are riskier than this one; None where too few are known."""
    total = sum(one.count for one in known)
    if total < _ENOUGH_TO_COMPARE:
        return None
    below = sum(one.count for one in known if one.high <= points)
    own = sum(one.count for one in known if one.low <= points < one.high)
    return (below + own / 2) / total
