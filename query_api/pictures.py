"""Pictures of what the API answers, for notebooks. Pure: answers in, figures out."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from contracts.events import Decision
from query_api.drift_responses import DriftWindow
from query_api.figures_responses import Stats
from query_api.responses import Application

_COLOURS = {Decision.APPROVE: "#2a6f97", Decision.REFER: "#d9a441", Decision.DECLINE: "#c1440e"}
_LESS, _MORE, _QUIET = "#2a6f97", "#c1440e", "#5f6b76"
_POINTS_A_BAR = 10
_HEADROOM = 1.1


def decisions_by_points(stats: Stats) -> Figure:
    """How many applications got how many points, by decision."""
    figure, axes = _canvas("Points and decisions", height=4)
    places = [one.points_from for one in stats.points]
    below = [0] * len(places)
    for decision, colour in _COLOURS.items():
        counts = [int(getattr(one, decision.value)) for one in stats.points]
        axes.bar(
            places, counts, 0.9 * _POINTS_A_BAR, below, align="edge", color=colour, label=decision
        )
        below = [under + count for under, count in zip(below, counts, strict=True)]
    axes.set(xlabel="points", ylabel="applications", ylim=(0, max([*below, 1]) * _HEADROOM))
    axes.legend(frameon=False)
    return figure


def strongest_attributions(case: Application) -> Figure:
    """What the strongest features added to the log-odds of one application.

    Raises:
        ValueError: it has no explanation yet.
    """
    if case.explanation is None:
        raise ValueError(f"application {case.application_id} has no explanation yet")
    told = case.explanation
    names = [f"{one.feature} = {_shown(one.value)}" for one in told.strongest]
    added = [one.attribution for one in told.strongest]
    figure, axes = _canvas(f"Application {case.application_id}", height=0.35 * len(names) + 1.6)
    bars = [*added, told.others]
    colours = [_MORE if one > 0 else _LESS for one in bars]
    axes.barh([*names, "all others"], bars, color=colours)
    axes.axvline(0, color="black", linewidth=1)
    axes.invert_yaxis()
    base, score = f"{told.base_value:.2f}", f"{told.raw_score:.2f}"
    axes.set(xlabel=f"attribution, log-odds: from the average {base} to the score {score}")
    return figure


def drift_timeline(windows: Sequence[DriftWindow]) -> Figure:
    """How many columns drifted in each window, in the order given; alerts are red."""
    figure, axes = _canvas("Drift, window by window", height=3)
    counts = [len(window.drifted) for window in windows]
    colours = [_MORE if one.alert or one.drifting else _QUIET for one in windows]
    axes.bar(range(len(counts)), counts, color=colours)
    axes.set_xticks(range(len(counts)), [f"{one.closed_at:%H:%M:%S}" for one in windows])
    axes.set(xlabel="window, by the time it closed (UTC); red: alert", ylabel="drifted columns")
    axes.set_ylim(0, max([*counts, 1]) * _HEADROOM)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def _shown(value: float | str | None) -> str:
    if value is None:
        return "missing"
    return value if isinstance(value, str) else f"{value:g}"


def _canvas(title: str, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
