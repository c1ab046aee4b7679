"""The pages in Chromium: nothing overflows, nothing is complained of, the test page's way."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Desk
from tests.published import a_score, an_explanation

pytestmark = pytest.mark.browser

_PAGES = (
    "/",
    "/applications",
    "/applications?decision=decline",
    "/applications/100001",
    "/drift",
    "/drift?window=day",
    "/try",
)
_OVERFLOWING = """
() => [...document.querySelectorAll('body *')].filter(one => {
  if (one.closest('.scroll, .hidden, .skip, svg, option')) return false;
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.right > innerWidth + 1 || box.left < -9);
}).map(one => one.outerHTML.slice(0, 120))
"""
_SMALL = """
() => [...document.querySelectorAll('body *')].filter(one =>
  [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
  && parseFloat(getComputedStyle(one).fontSize) < 12
).map(one => one.outerHTML.slice(0, 120))
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280, 1920])
@pytest.mark.parametrize("path", _PAGES)
def test_a_page_fits_and_is_legible(
    desk: Desk, page: Page, path: str, width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(desk.address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_OVERFLOWING) == []
    assert page.evaluate(_SMALL) == []


def test_light_and_dark_differ(desk: Desk, page: Page) -> None:
    page.goto(desk.address)
    grounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds[0] != grounds[1]


def test_nothing_is_loaded_from_elsewhere(desk: Desk, page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    for path in _PAGES:
        page.goto(desk.address + path)
    assert all(url.startswith(desk.address) for url in asked)
    assert any(url.endswith("style.css") for url in asked)


def test_a_search_opens_the_case(desk: Desk, page: Page) -> None:
    page.goto(desk.address)
    page.get_by_label("Application id").fill("100001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Application 100001")
    expect(page.get_by_text("The scores of credit bureaus are low.")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile(r"points on a scale"))).to_be_visible()


def test_the_list_is_narrowed_and_paged(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/applications")
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_label("Decision").select_option("decline")
    page.get_by_role("button", name="Filter").click()
    badges = page.locator("tbody .badge")
    expect(badges.first).to_have_text("Decline")
    assert set(badges.all_inner_texts()) == {"Decline"}


def test_the_example_is_sent_and_its_score_opens(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/try")
    number = page.get_by_label("Application id", exact=True).last.input_value()
    page.get_by_label("Credit amount").fill("300000")
    page.get_by_role("button", name="Send and score").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Application {number}")
    expect(page.get_by_text("561", exact=True).first).to_be_visible()


def test_a_score_that_takes_its_time_comes_to_the_page_by_itself(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/try")
    number = int(page.get_by_label("Application id", exact=True).last.input_value())
    desk.stream.scores = False
    try:
        page.get_by_role("button", name="Send and score").click()
        expect(page.get_by_text("on its way through the stream")).to_be_visible(timeout=15_000)
    finally:
        desk.stream.scores = True
    sent = desk.stream.sent[-1]
    now = dt.datetime.now(dt.UTC)
    late = a_score(number, 5_000, score_id=sent.score_id, applied_at=now, scored_at=now)
    desk.store.put(late)
    expect(page.get_by_text("The explanation is under way")).to_be_visible(timeout=15_000)
    desk.store.put(an_explanation(late))
    expect(page.get_by_text("The scores of credit bureaus are low.")).to_be_visible(timeout=15_000)


def test_a_mistake_is_shown_at_its_field(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/try")
    page.get_by_label("External score 1").fill("7")
    with page.expect_response("**/try") as answered:
        page.get_by_role("button", name="Send and score").click()
    assert answered.value.status == 422
    expect(page.get_by_role("alert")).to_contain_text("was not sent")
    expect(page.get_by_label("External score 1")).to_have_attribute("aria-invalid", "true")


def test_the_keyboard_reaches_the_content_first(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/drift")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
