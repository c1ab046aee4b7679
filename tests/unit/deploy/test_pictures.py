import itertools
import math
from collections.abc import Callable

import httpx
import numpy as np
import pytest

from deploy.dashboards.__main__ import DASHBOARDS, main
from deploy.dashboards.model import MODEL
from deploy.dashboards.panels import RATE_WINDOW, Dashboard, Kind, Panel, Query
from deploy.dashboards.pictures import draw
from deploy.dashboards.series import PrometheusError, Series, Span, read

SPAN = Span(start=1_000.0, end=1_600.0, rate_window=60.0)
TIMES = (1_000.0, 1_010.0, 1_020.0)


def answering(told: dict[str, object]) -> Callable[..., httpx.Response]:
    return lambda *_, **__: httpx.Response(200, json=told)


def a_series(name: str, *values: float) -> Series:
    return Series(name, TIMES[: len(values)], values)


def shown(panel: Panel) -> list[Series]:
    """Series as a panel of this kind gets them, a gap and an unknown value among them."""
    if panel.kind is Kind.HEATMAP:
        return [a_series("0.1", 0, 1, 2), a_series("0.5", 1, 4, 2), a_series("+Inf", 1, 5, 3)]
    return [a_series("a", 1.0, math.nan, 3.0), a_series("b", 0.5, 0.5)]


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda one: one.uid)
def test_every_panel_is_drawn_under_its_title(board: Dashboard) -> None:
    figure = draw(board, {panel.title: shown(panel) for panel in board.panels})
    titles = {axes.get_title(loc="left") for axes in figure.axes}
    assert titles >= {panel.title for panel in board.panels}
    assert not any(text.get_text() == "no data" for axes in figure.axes for text in axes.texts)


def test_a_panel_without_data_says_so() -> None:
    nothing = {panel.title: [a_series("a", math.nan)] for panel in MODEL.panels}
    figure = draw(MODEL, nothing)
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts == ["no data"] * len(MODEL.panels)


def test_a_heatmap_shows_what_is_within_each_bucket_not_below_its_end() -> None:
    panel = next(one for one in MODEL.panels if one.kind is Kind.HEATMAP)
    board = Dashboard("x", "x", "x", (panel,))
    figure = draw(board, {panel.title: shown(panel)})
    cells = figure.axes[0].collections[0].get_array()
    assert cells is not None
    assert cells.reshape(3, 3).tolist() == [[0, 1, 2], [1, 3, 0], [0, 1, 1]]


def test_a_history_is_coloured_by_how_notable_its_values_are() -> None:
    panel = Panel("x", "x.", "x", (Query("up"),), kind=Kind.HISTORY, notable=1.0)
    figure = draw(Dashboard("x", "x", "x", (panel,)), {"x": [a_series("a", 0.5, 1.0, 2.5)]})
    mesh = figure.axes[0].collections[0]
    colours = mesh.to_rgba(np.array([0.5, 1.0, 2.5])).tolist()
    assert all(one != other for one, other in itertools.combinations(colours, 2))


def test_grafanas_variables_are_set_and_series_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []

    def get(_: str, params: dict[str, str], **__: float) -> httpx.Response:
        asked.append(params)
        sample = {"metric": {"service": "scorer"}, "values": [[1_000, "0.5"], [1_600, "+Inf"]]}
        return httpx.Response(200, json={"status": "success", "data": {"result": [sample]}})

    monkeypatch.setattr(httpx, "get", get)
    query = Query(f"rate(x[{RATE_WINDOW}]) + y[$__range]", "{{service}} {{none}}p50")
    [found] = read("http://prometheus", Panel("x", "x.", "x", (query,)), SPAN)
    assert (found.name, found.values) == ("scorer p50", [0.5, math.inf])
    assert found.finite
    assert asked[0]["query"] == "rate(x[60s]) + y[600s]"
    assert (asked[0]["start"], asked[0]["end"]) == ("1000.000", "1600.000")


@pytest.mark.parametrize(
    ("get", "why"),
    [
        (answering({"status": "error", "error": "parse error at char 7"}), "parse error at char 7"),
        (answering({"status": "success", "data": []}), "Expected `object"),
    ],
)
def test_a_query_that_is_refused_is_named_with_the_reason(
    get: Callable[..., httpx.Response], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(httpx, "get", get)
    with pytest.raises(PrometheusError, match=rf"http://prometheus: up: .*{why}"):
        read("http://prometheus", Panel("x", "x.", "x", (Query("up"),)), SPAN)


def test_without_a_prometheus_nothing_is_drawn_and_the_address_is_named(
    free_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"http://127.0.0.1:{free_port}"
    assert main(["--draw", address]) == 1
    assert address in capsys.readouterr().err
