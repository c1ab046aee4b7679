"""The page tells the verdict first, holds everything itself, and takes names for text."""

import json
import re

import pytest

from drift_monitor.reporting.charts import distribution, over_windows
from drift_monitor.reporting.findings import Findings
from drift_monitor.reporting.page import render
from tests.drift import NAN, profiled


@pytest.fixture(scope="module")
def page(moved: Findings) -> str:
    return render(moved)


def without_plotly(page: str) -> str:
    return max(re.split(r"<script>", page), key=lambda part: part.count("<tr"))


def test_the_verdict_comes_first_and_names_what_moved(page: str) -> None:
    head = page[: page.index("Window by window")]
    assert "Drift" in head
    assert "3 of 119 tested features moved" in head
    for name in ("AMT_INCOME_TOTAL", "EXT_SOURCE_3", "NAME_CONTRACT_TYPE"):
        assert f'href="#{name}"' in head
        assert f'id="{name}"' in page


def test_every_feature_has_its_figures(page: str, moved: Findings) -> None:
    told = without_plotly(page)
    for name in moved.profiled:
        assert f">{name}<" in told
    assert told.count(">not tested<") == len(moved.profiled) - len(moved.tested)


def test_nothing_is_asked_from_elsewhere(page: str) -> None:
    told = without_plotly(page)
    assert re.findall(r'(?:src|href)="[^#]', told) == []
    assert "http" not in told
    assert len(page) < 6_000_000


def test_names_of_levels_are_text(page: str, moved: Findings) -> None:
    told = without_plotly(page)
    assert "</script><b>" not in told
    (axis,) = {tuple(one.y) for one in distribution(moved.profiled["NAME_CONTRACT_TYPE"]).data}
    assert "&lt;/script&gt;&lt;b&gt;&amp;[red]" in axis


def test_embedded_figures_are_json(page: str) -> None:
    found = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', page)
    assert len(found) == 13
    assert all(json.loads(figure)["data"] for _, figure in found)
    assert page.count("data-figure=") == len(found)


def test_a_cell_without_a_verdict_stays_pale(moved: Findings) -> None:
    cells = over_windows(moved).data[0]
    for name, shades in zip(cells.y, cells.z, strict=True):
        for shade, window in zip(shades, moved.windows, strict=True):
            assert (shade >= 1) == (name in window.drifted)


@pytest.mark.parametrize(
    ("reference", "window"), [([NAN] * 3, [1.0]), ([1.0] * 3, [NAN]), ([NAN], [NAN])]
)
def test_a_column_without_values_is_drawn(reference: list[float], window: list[float]) -> None:
    assert len(distribution(profiled(reference, window)).data) == 2
