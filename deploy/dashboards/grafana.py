"""Dashboards as Grafana reads them, by its own SDK."""

import json
from collections.abc import Callable
from typing import TypeAlias

from grafana_foundation_sdk.builders import bargauge, common, heatmap, statushistory, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus as queries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.dashboards.panels import CASES, Dashboard, Kind, Panel, Query

_SOURCE = DataSourceRef(type_val="prometheus", uid="prometheus")  # as provisioned
_WIDTH, _HEIGHT = 12, 8
_ROWS_HEIGHT = 22  # a history has a row for each of a hundred columns
_FILLED = 30

_Drawn: TypeAlias = timeseries.Panel | heatmap.Panel | statushistory.Panel | bargauge.Panel


class DashboardError(ValueError):
    """A panel lacks what every panel has; names the dashboard and the panel."""


def to_json(dashboard: Dashboard) -> str:
    """The file that Grafana is provisioned with.

    Raises:
        DashboardError: a panel has no description, link or query, or its title is not its own.
    """
    _require_whole(dashboard)
    page = (
        builders.Dashboard(dashboard.title)
        .uid(dashboard.uid)
        .description(dashboard.description)
        .tags(["creditstream"])
        .timezone("browser")
        .time("now-1h", "now")
        .refresh("30s")
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .variables([_variable(*one) for one in _VARIABLES])
        .links([_among_dashboards()])
    )
    for number, panel in enumerate(dashboard.panels, 1):
        page = page.with_panel(_drawn(panel).id(number))
    return json.dumps(page.build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


_VARIABLES = (
    ("docs", "Where docs/ of the repository is", "https://creditstream.example/docs"),
    ("cases", "Where the analysts' pages are", "http://localhost:8000"),
)


def _variable(name: str, description: str, value: str) -> builders.TextBoxVariable:
    return builders.TextBoxVariable(name).description(description).default_value(value)


def _among_dashboards() -> builders.DashboardLink:
    link = builders.DashboardLink("creditstream").as_dropdown(as_dropdown=False).keep_time(True)
    return link.type(DashboardLinkType.DASHBOARDS).tags(["creditstream"])


def _further(address: str) -> builders.DashboardLink:
    title = "The cases" if address.startswith(CASES) else "What to do"
    return builders.DashboardLink(title).url(address).target_blank(True)


def _require_whole(dashboard: Dashboard) -> None:
    titles = [panel.title for panel in dashboard.panels]
    for panel in dashboard.panels:
        lacking = [
            name
            for name, value in (
                ("description", panel.description),
                ("link", panel.link),
                ("query", panel.queries and all(one.expression for one in panel.queries)),
                ("title of its own", panel.title and titles.count(panel.title) == 1),
            )
            if not value
        ]
        if lacking:
            raise DashboardError(f"{dashboard.uid}: {panel.title!r} has no {', '.join(lacking)}")


def _drawn(panel: Panel) -> _Drawn:
    picture = _BY_KIND[panel.kind](panel)
    high = panel.kind is Kind.HISTORY and "feature" in panel.queries[0].legend
    return (
        picture.title(panel.title)
        .description(panel.description)
        .datasource(_SOURCE)
        .links([_further(panel.link)])
        .targets([_target(at, one, panel.kind) for at, one in enumerate(panel.queries)])
        .unit(panel.unit)
        .span(_WIDTH)
        .height(_ROWS_HEIGHT if high else _HEIGHT)
    )


def _target(at: int, query: Query, kind: Kind) -> queries.Dataquery:
    target = queries.Dataquery().ref_id(chr(ord("A") + at)).expr(query.expression)
    target = target.legend_format(query.legend or "__auto").datasource(_SOURCE)
    if kind is Kind.HEATMAP:
        return target.format(PromQueryFormat.HEATMAP).range()
    return target.instant() if kind is Kind.BARS else target.range()


def _legend() -> common.VizLegendOptions:
    legend = common.VizLegendOptions().show_legend(True).placement(LegendPlacement.BOTTOM)
    return legend.display_mode(LegendDisplayMode.LIST)


def _lines(_: Panel) -> timeseries.Panel:
    return timeseries.Panel().legend(_legend()).show_points(VisibilityMode.NEVER)


def _stacked(panel: Panel) -> timeseries.Panel:
    stacking = common.StackingConfig().mode(StackingMode.NORMAL)
    return _lines(panel).stacking(stacking).fill_opacity(_FILLED)


def _heatmap(_: Panel) -> heatmap.Panel:
    color = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Blues").steps(64)
    return heatmap.Panel().calculate(False).color(color).show_legend()


def _history(panel: Panel) -> statushistory.Panel:
    color = builders.FieldColor().mode(FieldColorModeId.THRESHOLDS)
    thresholds = builders.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE)
    steps = [Threshold(None, "green"), Threshold(panel.notable, "orange")]
    steps.append(Threshold(2 * panel.notable, "red"))
    drawn = statushistory.Panel().legend(_legend()).color_scheme(color)
    return drawn.thresholds(thresholds.steps(steps)).show_value(VisibilityMode.NEVER)


def _bars(_: Panel) -> bargauge.Panel:
    return bargauge.Panel().orientation(VizOrientation.HORIZONTAL)


_BY_KIND: dict[Kind, Callable[[Panel], _Drawn]] = {
    Kind.LINES: _lines,
    Kind.STACKED: _stacked,
    Kind.HEATMAP: _heatmap,
    Kind.HISTORY: _history,
    Kind.BARS: _bars,
}
