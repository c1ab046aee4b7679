"""The pages, as the server makes them; how they look is for the browser's tests."""

import datetime as dt
import json
import re
from html import unescape

import httpx
import msgspec
import pytest

from contracts.events import Decision, MultivariateDrift, Purpose, WindowKind
from contracts.examples import DRIFT
from query_api.example import APPLICATION
from query_api.pages.form import shown_values
from tests.desk import Client, FakeStream, Store
from tests.published import (
    NOON,
    a_column_test,
    a_drift_report,
    a_score,
    an_explanation,
    an_outcome,
)

_HTML = {"accept": "text/html"}


def _page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=_HTML)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return unescape(re.sub(r"\s+", " ", answer.text))


def _refreshes(page: str) -> bool:
    return 'http-equiv="refresh"' in page


def _send(client: Client, path: str = "/try", **changes: str) -> httpx.Response:
    return client.post(path, data=shown_values(APPLICATION) | {"token": "t"} | changes)


def test_an_empty_store_says_what_to_do(client: Client) -> None:
    assert "Nothing has been scored yet" in _page(client, "/")
    assert "No application is like that" in _page(client, "/applications")
    assert "No window has closed yet" in _page(client, "/drift")


def test_the_overview_tells_the_portfolio(client: Client, store: Store) -> None:
    store.put(a_score(), a_drift_report(drifted=["AMT_CREDIT"]), an_outcome(defaulted=True))
    page = _page(client, "/")
    assert "100001" in page
    assert "1 of 3 features moved" in page
    assert "100.0 % of 1 known outcomes" in page


def test_a_search_leads_to_the_application(client: Client) -> None:
    answer = client.get("/search?id=%20100001%20")
    assert (answer.status_code, answer.headers["location"]) == (303, "/applications/100001")


@pytest.mark.parametrize("text", ["abc", "", "-1", "0", "²", str(2**63)])
def test_a_search_for_no_id_helps(client: Client, text: str) -> None:
    answer = client.get("/search", params={"id": text}, headers=_HTML)
    assert answer.status_code == 422
    assert "ids are numbers" in answer.text


def test_a_case_tells_decision_reasons_and_model(client: Client, store: Store) -> None:
    score = a_score()
    store.put(score, an_explanation(score), an_outcome(defaulted=False))
    page = _page(client, "/applications/100001")
    for told in ("Refer to an analyst", "561", "The scores of credit bureaus are low.", "Repaid"):
        assert told in page
    assert "4 years" not in page
    assert "5.5 years" in page
    assert not _refreshes(page)


def test_a_case_without_its_explanation_loads_itself_again(
    client: Client, store: Store, stream: FakeStream
) -> None:
    del stream
    fresh = a_score(scored_at=NOON + dt.timedelta(minutes=59, seconds=50))
    store.put(fresh)
    page = _page(client, "/applications/100001")
    assert "The explanation is under way" in page
    assert _refreshes(page)


def test_an_explanation_that_never_comes_is_told(client: Client, store: Store) -> None:
    store.put(a_score())
    page = _page(client, "/applications/100001")
    assert "No explanation has come" in page
    assert not _refreshes(page)


def test_an_older_score_and_a_simulation_say_what_they_are(client: Client, store: Store) -> None:
    old, what_if = a_score(offset=1), a_score(offset=3, purpose=Purpose.SIMULATION)
    store.put(old, a_score(offset=2), what_if)
    shown = _page(client, f"/applications/100001?score_id={old.score_id}")
    assert "A later score is in force" in shown
    shown = _page(client, f"/applications/100001?score_id={what_if.score_id}")
    assert "it decides nothing" in shown


def test_an_unknown_application_is_a_page_that_helps(client: Client) -> None:
    page = _page(client, "/applications/5", 404)
    assert "Application 5 has no score" in page
    assert 'action="/search"' in page


def test_a_score_under_way_loads_itself_again_for_a_minute(client: Client) -> None:
    now = int((NOON + dt.timedelta(hours=1)).timestamp())
    page = _page(client, f"/applications/5?score_id=x&sent={now - 2}")
    assert "on its way" in page
    assert _refreshes(page)
    late = _page(client, f"/applications/5?score_id=x&sent={now - 120}")
    assert "has not come yet" in late
    assert not _refreshes(late)


def test_the_list_keeps_its_filters_over_pages(client: Client, store: Store) -> None:
    store.put(*(a_score(application, application) for application in range(1, 53)))
    store.put(a_score(99, 99, decision=Decision.APPROVE))
    page = _page(client, "/applications?decision=refer&id_prefix=&points_from=")
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    assert "decision=refer" in older[1]
    rest = _page(client, older[1])
    assert re.findall(r'href="/applications/(\d+)"', rest) == ["2", "1"]


def test_a_bad_filter_is_a_page_that_names_it(client: Client) -> None:
    page = _page(client, "/applications?points_from=low", 422)
    assert "points_from: Input should be a valid number" in page
    assert "float" not in page


def test_days_of_the_list_are_both_included(client: Client, store: Store) -> None:
    store.put(a_score())
    assert "100001" in _page(client, "/applications?day_from=2026-01-15&day_to=2026-01-15")
    assert "100001" not in _page(client, "/applications?day_from=2026-01-16")


def test_the_drift_page_shows_the_window_asked_for(client: Client, store: Store) -> None:
    store.put(a_drift_report(0), a_drift_report(1, ["EXT_SOURCE_3"], ["EXT_SOURCE_3"]))
    assert "Alert" in _page(client, "/drift")
    assert "Steady" in _page(client, "/drift?window_id=window-0")
    _page(client, "/drift?window_id=other", 404)


def test_the_drift_page_keeps_series_apart_and_leads_from_one_to_another(
    client: Client, store: Store
) -> None:
    segment = "NAME_CONTRACT_TYPE=Cash loans"
    store.put(
        a_drift_report(0),
        a_drift_report(1, ["AMT_CREDIT"], window=WindowKind.DAY, ks_error=0.01),
        a_drift_report(2, ["AMT_CREDIT"], ["AMT_CREDIT"], segment=segment),
    )
    verdicts = _page(client, "/drift")
    assert "Steady" in verdicts
    assert "window_id=window-0" in verdicts
    assert "window_id=window-1" not in verdicts
    assert 'href="/drift?window=day&segment="' in verdicts
    day = _page(client, "/drift?window=day")
    assert "too low by up to 1.0" in day
    assert "window_id=window-0" not in day
    assert "Watch" in day
    assert "Alert" in _page(client, f"/drift?segment={segment}&window_id=window-2")
    assert "No window has closed yet" in _page(client, "/drift?window=week")
    _page(client, "/drift?window=month", 422)
    assert "Steady" in _page(client, "/")


def test_slow_drift_is_an_alert_and_the_expected_performance_is_shown(
    client: Client, store: Store
) -> None:
    store.put(a_score(), a_drift_report(drifting=DRIFT.drifting, expected=DRIFT.expected))
    page = _page(client, "/drift")
    assert "Drifts slowly" in page
    assert "values higher in 5 windows, since 2024-05-14" in page
    assert "0.718 to 0.802" in page
    assert "6.6 % to 9.7 %" in page
    assert "Doubtful: applications have moved away" in page
    assert "Alert" in page
    assert "Alert" in _page(client, "/")


def test_a_window_shows_distances_and_distributions(client: Client, store: Store) -> None:
    moved = ["EXT_SOURCE_3"]
    store.put(a_drift_report(0), a_drift_report(1, moved, distances=DRIFT.distances))
    page = _page(client, "/drift")
    assert "PSI 0.21 (1 in 100 by chance: 0.024), KS 0.03, Wasserstein 0.05" in page
    assert "19.0 % → 39.0 %" in page.replace("\u202f", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert "Distributions" not in _page(client, "/drift?window_id=window-0")


def test_what_an_alert_does_and_what_a_day_shows_together_is_told(
    client: Client, store: Store
) -> None:
    together = MultivariateDrift(
        statistic=0.61,
        p_value=1e-9,
        drifted=True,
        rows=2_000,
        reference_rows=2_000,
        words="a classifier tells the day from the reference",
    )
    store.put(a_drift_report(0, effects=DRIFT.effects))
    store.put(a_drift_report(1, window=WindowKind.DAY, multivariate=together))
    assert "of which EXT_SOURCE_3 +0.5 points" in _page(client, "/drift")
    assert together.words in _page(client, "/drift?window=day")


def test_the_page_of_many_features_stays_light(client: Client, store: Store) -> None:
    names = [f"FEATURE_{at}" for at in range(250)]
    tests = tuple(a_column_test(name, "ks", effect=0.03) for name in names)
    distances = tuple(msgspec.structs.replace(DRIFT.distances[0], column=name) for name in names)
    store.put(*(a_drift_report(at, columns=tests, distances=distances) for at in range(24)))
    assert len(_page(client, "/drift")) < 400_000


def test_a_window_without_an_estimate_shows_none(client: Client, store: Store) -> None:
    store.put(a_drift_report())
    assert "Expected before outcomes" not in _page(client, "/drift")


def test_the_test_page_sends_and_shows_the_score(client: Client) -> None:
    answer = _send(client, AMT_CREDIT="300,000")
    assert answer.status_code == 303
    assert "561" in _page(client, answer.headers["location"])


def test_a_form_sent_twice_is_one_event(client: Client, stream: FakeStream) -> None:
    _send(client)
    _send(client)
    assert len({sent.event_id for sent in stream.sent}) == 1


def test_a_mistake_comes_back_with_what_was_typed(client: Client, stream: FakeStream) -> None:
    answer = _send(client, AMT_CREDIT="much", EXT_SOURCE_1="0.9")
    assert answer.status_code == 422
    assert "Credit amount: much is not a number" in answer.text
    assert 'value="0.9"' in answer.text
    assert not stream.sent


def test_an_impossible_value_is_told_at_its_field(client: Client, stream: FakeStream) -> None:
    answer = _send(client, EXT_SOURCE_1="7")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert not stream.sent


def test_json_can_be_sent_as_well(client: Client, stream: FakeStream) -> None:
    text = json.dumps(APPLICATION)
    answer = client.post("/try/json", data={"application": text, "token": "t"})
    assert answer.status_code == 303
    assert stream.sent[0].value == text.encode()


def test_bad_json_comes_back_with_what_is_wrong(client: Client) -> None:
    answer = client.post("/try/json", data={"application": '{"SK_ID_CURR": 1,', "token": "t"})
    assert answer.status_code == 422
    assert "{&#34;SK_ID_CURR&#34;: 1," in answer.text


def test_without_kafka_the_page_says_that_nothing_is_lost(
    client: Client, stream: FakeStream
) -> None:
    stream.away = True
    data = shown_values(APPLICATION)
    answer = client.post("/try", data=data, headers=_HTML)
    assert answer.status_code == 503
    assert "Nothing is lost" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(
    client: Client, stream: FakeStream, headers: dict[str, str]
) -> None:
    answer = client.post("/try", data=shown_values(APPLICATION), headers=headers)
    assert answer.status_code == 403
    assert not stream.sent


def test_our_own_form_is_taken(client: Client) -> None:
    headers = {"origin": "http://desk", "sec-fetch-site": "same-origin"}
    answer = client.post("/try", data=shown_values(APPLICATION), headers=headers)
    assert answer.status_code == 303


_HOSTILE = '<script>alert(1)</script>"onload="x'


def test_text_from_outside_is_escaped(client: Client, store: Store) -> None:
    score = a_score(model_version=_HOSTILE)
    store.put(score, an_explanation(score))
    for path in ("/", "/applications", "/applications/100001", "/applications?model_version=<b>"):
        text = client.get(path, headers=_HTML).text
        assert "<script>" not in text
        assert "<b>" not in text


def test_pages_load_nothing_from_elsewhere_and_run_no_script(client: Client, store: Store) -> None:
    score = a_score()
    store.put(score, an_explanation(score), a_drift_report())
    for path in ("/", "/applications", "/applications/100001", "/drift", "/try", "/none"):
        answer = client.get(path, headers=_HTML)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text)
        assert "<script" not in answer.text
        assert " style=" not in answer.text


def test_pages_are_small(client: Client, store: Store) -> None:
    score = a_score()
    store.put(score, an_explanation(score))
    style = client.get("/static/style.css")
    assert style.headers["cache-control"] == "public, max-age=3600"
    page = client.get("/applications/100001", headers=_HTML)
    assert len(page.content) + len(style.content) < 100_000
