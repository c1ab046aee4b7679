"""Dashboards as code: writes them for Grafana, checks that they are current, or draws them.

Drawn are the data that a Prometheus has, by the queries of each panel, for readers without Grafana.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.dashboards.business import BUSINESS
from deploy.dashboards.drift import DRIFT
from deploy.dashboards.flow import FLOW
from deploy.dashboards.grafana import DashboardError, to_json
from deploy.dashboards.model import MODEL
from deploy.dashboards.panels import Dashboard
from deploy.dashboards.pictures import draw
from deploy.dashboards.series import PrometheusError, Span, read
from deploy.dashboards.services import SERVICES

DASHBOARDS = (FLOW, MODEL, DRIFT, SERVICES, BUSINESS)
_RESOLUTION = 75
FOLDER = Path(__file__).parents[1] / "grafana" / "dashboards"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` say which are not current; 1 if any is not."""
    parser = argparse.ArgumentParser(prog="python -m deploy.dashboards", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say what is not current")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the files")
    parser.add_argument("--draw", metavar="URL", help="draw what this Prometheus has, as PNG")
    parser.add_argument("--minutes", type=float, default=60.0, help="how far back to draw")
    parser.add_argument(
        "--rate-window", type=float, default=60.0, help="seconds; at least four scrapes"
    )
    given = parser.parse_args(arguments)
    try:
        files = made(DASHBOARDS)
        if given.draw:
            end = time.time()
            span = Span(end - 60 * given.minutes, end, given.rate_window)
            draw_all(given.draw, span, given.out)
            return 0
    except (DashboardError, PrometheusError) as error:
        print(error, file=sys.stderr)
        return 1
    if not given.check:
        given.out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (given.out / name).write_text(text, encoding="utf-8")
        return 0
    problems = list(stale(given.out, files))
    for problem in problems:
        print(f"{problem}: run python -m deploy.dashboards", file=sys.stderr)
    return int(bool(problems))


def made(dashboards: Sequence[Dashboard]) -> dict[str, str]:
    """The text of each file.

    Raises:
        DashboardError: a panel is not whole.
    """
    return {f"{one.uid}.json": to_json(one) for one in dashboards}


def draw_all(address: str, span: Span, folder: Path) -> None:
    """Draw every dashboard into a folder.

    Raises:
        PrometheusError: a query was refused or not answered.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for dashboard in DASHBOARDS:
        drawn = {panel.title: read(address, panel, span) for panel in dashboard.panels}
        draw(dashboard, drawn).savefig(folder / f"{dashboard.uid}.png", dpi=_RESOLUTION)


def stale(folder: Path, files: dict[str, str]) -> Iterator[str]:
    """What in `folder` is not what is made, each with the file's name."""
    for name, text in files.items():
        kept = folder / name
        if not kept.exists():
            yield f"{kept}: missing"
        elif kept.read_text(encoding="utf-8") != text:
            yield f"{kept}: not current"
    for kept in sorted(folder.glob("*.json")):
        if kept.name not in files:
            yield f"{kept}: of no dashboard"


if __name__ == "__main__":
    raise SystemExit(main())
