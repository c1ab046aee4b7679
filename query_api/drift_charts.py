"""Charts of drift as SVG, drawn as those of `charts` are: at any width, in light and dark."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from query_api.charts import svg

_GAP = 0.25  # of a cell, in per cent of its width
_HEAT_HEIGHT = 22


@dataclass(frozen=True, slots=True)
class Shade:
    """A cell of a heat map; `css_class` gives its colour."""

    css_class: str
    title: str


def heat_row(label: str, shades: Sequence[Shade]) -> Markup:
    """One row of a heat map; each cell tells itself when pointed at, the label tells them all."""
    width = 100 / max(len(shades), 1)
    cells = (
        f'<rect class="{escape(one.css_class)}" x="{at * width:.2f}%" y="1" '
        f'width="{width - min(_GAP * 2, width / 4):.2f}%" height="{_HEAT_HEIGHT - 3}" rx="3">'
        f"<title>{escape(one.title)}</title></rect>"
        for at, one in enumerate(shades)
    )
    return svg("chart heat-row", _HEAT_HEIGHT, label, *cells)


def paired_bars(reference: float, window: float, largest: float, *, drifted: bool) -> Markup:
    """Two shares, one below the other, beside the largest one that is shown."""
    scale = 100 / largest if largest > 0 else 0.0
    now = "drifted" if drifted else "now"
    return svg(
        "chart paired",
        18,
        None,
        f'<rect class="before" x="0" y="2" width="{reference * scale:.2f}%" height="6" rx="1"/>',
        f'<rect class="{now}" x="0" y="9" width="{window * scale:.2f}%" height="6" rx="1"/>',
    )
