"""Charts are well-formed, in bounds and told in words."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from query_api.charts import (
    Bin,
    Part,
    Step,
    effect_bar,
    histogram,
    score_scale,
    stacked_bar,
    waterfall_row,
)


def _parsed(chart: Markup) -> ET.Element:
    return ET.fromstring(chart)  # noqa: S314 - our own output


def _percents(chart: Markup, *names: str) -> list[float]:
    return [
        float(value.rstrip("%"))
        for element in _parsed(chart).iter()
        for name, value in element.attrib.items()
        if name in names and value.endswith("%")
    ]


def _bin(low: float, *counts: int) -> Bin:
    return Bin(low, low + 10, tuple(Part("part-refer", count, "refer") for count in counts))


@given(st.floats(-1e6, 1e6))
def test_the_marker_stays_on_the_scale(points: float) -> None:
    assert all(0 <= at <= 100 for at in _percents(score_scale(points, []), "x", "x1", "cx"))


def test_a_better_score_lies_further_right() -> None:
    low, high = (_percents(score_scale(points, []), "cx")[0] for points in (520, 610))
    assert low < high


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=3), st.integers(-2_000, 2_000))
def test_bars_never_leave_the_chart(counts: list[int], low: int) -> None:
    chart = histogram([_bin(low, *counts), _bin(low + 10, 5)])
    rects = [element for element in _parsed(chart).iter() if element.tag == "rect"]
    assert all(float(rect.get("y", "nan")) >= 0 for rect in rects)
    assert all(float(rect.get("height", "nan")) >= 0 for rect in rects)


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_a_step_goes_from_its_start_to_its_end(start: float, end: float) -> None:
    row = waterfall_row(Step(start, end), -50, 50)
    left, width = _percents(row, "x")[0], _percents(row, "width")[1]
    assert left == pytest.approx(min(start, end) + 50, abs=0.01)
    assert width == pytest.approx(max(abs(end - start), 0.4), abs=0.01)


def test_a_step_says_by_its_colour_whether_it_raises_the_risk() -> None:
    assert 'class="raises"' in waterfall_row(Step(0, 1), -1, 2)
    assert 'class="lowers"' in waterfall_row(Step(0, -1), -1, 2)


def test_parts_fill_the_bar() -> None:
    bar = stacked_bar([Part("a", 1, "one"), Part("b", 3, "three")])
    assert _percents(bar, "width") == [100, 25, 75]


def test_an_empty_bar_is_empty() -> None:
    assert _percents(stacked_bar([Part("a", 0, "none")]), "width") == [100, 0]


def test_titles_are_escaped() -> None:
    assert "<script>" not in stacked_bar([Part("a", 1, "<script>")])


def test_an_effect_is_measured_by_the_largest() -> None:
    assert _percents(effect_bar(0.05, 0.2, drifted=True), "width")[-1] == 25
    assert _percents(effect_bar(0.0, 0.0, drifted=False), "width")[-1] == 0.5


def test_a_chart_that_tells_something_has_words() -> None:
    assert _parsed(score_scale(561, [])).get("aria-label", "").startswith("561 points")
