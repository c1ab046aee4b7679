"""Charts as SVG, drawn from numbers alone.

Positions are per cents of the chart's width, so that a chart fills its place at any width while its
text keeps its size; colours are classes of the style sheet, so that they follow light and dark.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_SCALE_LOW, _SCALE_HIGH = 440.0, 700.0
_TICK = 50
_SCALE_TOP, _SCALE_BAR, _SCALE_HEIGHT = 104.0, 8.0, 144
_HISTOGRAM_HEIGHT = 76.0
_ROW_HEIGHT = 26


@dataclass(frozen=True, slots=True)
class Bin:
    """How many scores lie from `low` to `high` points, part by part from the ground up."""

    low: float
    high: float
    parts: tuple["Part", ...]

    @property
    def count(self) -> int:
        """All of them."""
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of the waterfall, from one sum of attributions to the next."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stacked bar; `css_class` gives its colour."""

    css_class: str
    count: int
    title: str


def score_scale(points: float, bins: Sequence[Bin]) -> Markup:
    """A score on its scale, above it how all other scores lie, where any are known."""
    at = _on_scale(points)
    label = f"{points:.0f} points on a scale from {_SCALE_LOW:.0f} (high risk) to {_SCALE_HIGH:.0f}"
    return svg(
        "chart scale",
        _SCALE_HEIGHT,
        label,
        *_bars(bins),
        f'<rect class="rail" x="0" y="{_SCALE_TOP}" width="100%" height="{_SCALE_BAR}" rx="4"/>',
        *_ticks(),
        f'<line class="marker" x1="{at:.2f}%" x2="{at:.2f}%" y1="26" y2="{_SCALE_TOP + 20}"/>',
        f'<circle class="marker-knob" cx="{at:.2f}%" cy="{_SCALE_TOP + _SCALE_BAR / 2}" r="9"/>',
        f'<text class="marker-text" x="{_inside(at):.2f}%" y="18">{points:.0f}</text>',
    )


def histogram(bins: Sequence[Bin]) -> Markup:
    """How all scores lie on the scale."""
    total = sum(one.count for one in bins)
    return svg(
        "chart histogram",
        146,
        f"Distribution of {total} scores in points",
        *_bars(bins, top=8, height=108),
        '<line class="axis" x1="0" x2="100%" y1="116" y2="116"/>',
        *_ticks(116),
    )


def waterfall_row(step: Step, low: float, high: float, *, total: bool = False) -> Markup:
    """One row of a waterfall whose sums lie between `low` and `high`.

    A line at the end leads to the next row; `total` marks the first and the last row, which stand
    for a sum and not for a step.
    """
    start, end = (_share(value, low, high) for value in (step.start, step.end))
    left, width = min(start, end), max(abs(end - start), 0.4)
    if total:
        body = f'<circle class="sum" cx="{end:.2f}%" cy="13" r="5"/>'
    else:
        direction = "raises" if step.end > step.start else "lowers"
        body = (
            f'<rect class="{direction}" x="{left:.2f}%" y="5" width="{width:.2f}%" '
            'height="16" rx="2"/>'
        )
    link = f'<line class="link" x1="{end:.2f}%" x2="{end:.2f}%" y1="13" y2="{_ROW_HEIGHT}"/>'
    return svg("chart step", _ROW_HEIGHT, None, link, body)


def stacked_bar(parts: Sequence[Part]) -> Markup:
    """Shares of a whole in one bar; each part tells itself when pointed at."""
    total = sum(part.count for part in parts)
    told = ", ".join(part.title for part in parts)
    return svg("chart stack", 14, told, *_stack(parts, total))


def effect_bar(effect: float, largest: float, *, drifted: bool) -> Markup:
    """The size of an effect beside the largest one that is shown."""
    width = 100 * effect / largest if largest > 0 else 0.0
    css_class = "drifted" if drifted else "steady"
    return svg(
        "chart effect",
        10,
        None,
        '<rect class="track" x="0" y="3" width="100%" height="4" rx="2"/>',
        f'<rect class="{css_class}" x="0" y="1" width="{max(width, 0.5):.2f}%" height="8" rx="2"/>',
    )


def svg(css_class: str, height: int, label: str | None, *elements: str) -> Markup:
    """An image with a text for those who cannot see it; without one it is decoration."""
    told = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    inside = "".join(elements)
    return Markup(  # noqa: S704 - made of numbers and of texts that are escaped here
        f'<svg class="{css_class}" width="100%" height="{height}" {told}>{inside}</svg>'
    )


def _share(value: float, low: float, high: float) -> float:
    """Where a value lies between two others, in per cent."""
    return 100 * (value - low) / (high - low) if high > low else 50.0


def _on_scale(points: float) -> float:
    return _share(min(max(points, _SCALE_LOW), _SCALE_HIGH), _SCALE_LOW, _SCALE_HIGH)


def _inside(at: float) -> float:
    """The middle of a label, so far from the edges that its text stays inside."""
    return min(max(at, 6.0), 94.0)


def _bars(
    bins: Sequence[Bin],
    top: float = _SCALE_TOP - _HISTOGRAM_HEIGHT,
    height: float = _HISTOGRAM_HEIGHT - 4,
) -> Iterator[str]:
    highest = max((one.count for one in bins), default=0)
    for one in bins:
        left, right = _on_scale(one.low), _on_scale(one.high)
        if right > left:
            title = f"{one.low:.0f} to {one.high:.0f} points: {one.count:,} applications"
            yield f"<g><title>{escape(title)}</title>"
            ground = top + height
            for part in one.parts:
                tall = height * part.count / highest if highest else 0.0
                ground -= tall
                yield (
                    f'<rect class="{escape(part.css_class)}" x="{left + 0.15:.2f}%" '
                    f'y="{ground:.2f}" width="{right - left - 0.3:.2f}%" height="{tall:.2f}"/>'
                )
            yield "</g>"


def _ticks(top: float = _SCALE_TOP + _SCALE_BAR) -> Iterator[str]:
    first = int(_SCALE_LOW // _TICK + 1) * _TICK
    for points in range(first, int(_SCALE_HIGH), _TICK):
        at = _on_scale(points)
        yield f'<line class="tick" x1="{at:.2f}%" x2="{at:.2f}%" y1="{top}" y2="{top + 5}"/>'
        yield f'<text class="tick-text" x="{at:.2f}%" y="{top + 20}">{points}</text>'


def _stack(parts: Iterable[Part], total: int) -> Iterator[str]:
    left = 0.0
    for part in parts:
        width = 100 * part.count / total if total else 0.0
        yield (
            f'<rect class="{escape(part.css_class)}" x="{left:.2f}%" y="0" width="{width:.2f}%" '
            f'height="14"><title>{escape(part.title)}</title></rect>'
        )
        left += width
