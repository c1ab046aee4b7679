"""The report on two files, opened from disk: it asks nothing of a network and draws its charts."""

import pytest
from playwright.sync_api import Page, Request, expect

from drift_monitor.detectors import ScipyDetectors
from drift_monitor.policy import Policy
from drift_monitor.reporting.by_window import Question
from drift_monitor.reporting.findings import find
from drift_monitor.reporting.page import render
from drift_monitor.reporting.tables import read_table
from tests.application_files import moved_rows, some_rows, written

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    before = read_table(written(some_rows(800, seed=1), folder / "before.parquet"))
    now = read_table(written(moved_rows(800, seed=2), folder / "now.parquet"))
    question = Question(policy=Policy(), window=400, least=100)
    page = folder / "report.html"
    page.write_text(render(find(before, now, ScipyDetectors(), question)))
    return page.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_the_report_fits_and_draws_what_comes_into_view(
    address: str, page: Page, width: int, scheme: str
) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address)
    expect(page.locator("#over-windows ~ details")).to_be_visible()
    chart = page.locator("[data-figure='chart-AMT_INCOME_TOTAL']")
    chart.scroll_into_view_if_needed()
    expect(chart.locator("svg.main-svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
