"""What all pictures of training share: colours, an empty canvas, and values with intervals."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.evaluate import Interval

GOOD, BAD, NEUTRAL, FAINT = "#2a6f97", "#c1440e", "#5f6b76", "#c9ced3"


def canvas(title: str, height: float = 5.0) -> tuple[Figure, Axes]:
    """An empty picture, apart from pyplot's state."""
    figure = Figure(figsize=(7, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def draw_interval(axes: Axes, at: int, found: Interval, color: str) -> None:
    """A value with its interval, lying, in a row of a list."""
    axes.plot([found.low, found.high], [at, at], color=color, linewidth=1.5)
    axes.plot(found.value, at, "o", color=color, markersize=4)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows of a list, the first on top."""
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.invert_yaxis()
