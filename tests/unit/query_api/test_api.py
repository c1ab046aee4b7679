"""The API as programs see it."""

import datetime as dt
import json
from collections.abc import AsyncIterator

import pytest
from httpx import Response

from contracts.events import Decision, Purpose, WindowKind
from contracts.examples import DRIFT
from query_api.submission import BODY_LIMIT
from tests.desk import Client, FakeStream, Store
from tests.published import NOON, a_drift_report, a_score, an_explanation, an_outcome

_PROBLEM = "application/problem+json"


def _post(client: Client, body: object, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": "application/json", **headers}
    return client.post("/v1/applications", content=content, headers=sent)


def _is_problem(answer: Response, status: int, kind: str) -> bool:
    told = answer.json()
    return (
        answer.status_code == status == told["status"]
        and answer.headers["content-type"] == _PROBLEM
        and told["type"] == f"urn:problem:creditstream:{kind}"
    )


def test_an_application_is_told_with_its_explanation(client: Client, store: Store) -> None:
    score = a_score()
    store.put(score, an_explanation(score), an_outcome(defaulted=True))
    told = client.get("/v1/applications/100001").json()
    assert told["score"]["decision"] == "refer"
    assert told["score"]["scored_at"] == "2026-01-15T12:00:00.080000Z"
    assert told["explanation"]["reasons"][0]["code"] == "EXTERNAL_SCORES"
    assert told["outcome"]["defaulted"] is True
    assert told["in_force"] is True


def test_an_explanation_adds_up(client: Client, store: Store) -> None:
    score = a_score()
    store.put(score, an_explanation(score))
    told = client.get("/v1/applications/100001").json()["explanation"]
    parts = sum(one["attribution"] for one in told["strongest"]) + told["others"]
    assert told["base_value"] + parts == pytest.approx(told["raw_score"])


def test_an_explanation_may_be_under_way(client: Client, store: Store) -> None:
    store.put(a_score())
    assert client.get("/v1/applications/100001").json()["explanation"] is None


def test_an_explanation_that_overtakes_its_score_is_not_lost(client: Client, store: Store) -> None:
    score = a_score()
    store.put(an_explanation(score))
    assert client.get("/v1/applications/100001").status_code == 404
    store.put(score)
    assert client.get("/v1/applications/100001").json()["explanation"] is not None


def test_re_scores_are_kept_newest_first(client: Client, store: Store) -> None:
    store.put(a_score(offset=1), a_score(offset=2, decision=Decision.DECLINE))
    told = client.get("/v1/applications/100001").json()
    assert told["score"]["decision"] == "decline"
    assert [line["in_force"] for line in told["history"]] == [True, False]


def test_a_score_can_be_asked_for_by_its_id(client: Client, store: Store) -> None:
    old = a_score(offset=1)
    store.put(old, a_score(offset=2))
    told = client.get(f"/v1/applications/100001?score_id={old.score_id}").json()
    assert told["score"]["score_id"] == old.score_id
    assert told["in_force"] is False
    missing = client.get("/v1/applications/100001?score_id=other")
    assert _is_problem(missing, 404, "unknown-application")


def test_a_simulation_never_stands_for_the_application(client: Client, store: Store) -> None:
    store.put(a_score(offset=1), a_score(offset=2, purpose=Purpose.SIMULATION, points=400))
    told = client.get("/v1/applications/100001").json()
    assert told["score"]["points"] == 561
    assert [line["purpose"] for line in told["history"]] == ["simulation", "decision"]
    assert len(client.get("/v1/applications").json()["applications"]) == 1
    assert client.get("/v1/stats").json()["applications"] == 1


def test_an_unknown_application_is_404(client: Client) -> None:
    assert _is_problem(client.get("/v1/applications/5"), 404, "unknown-application")


@pytest.mark.parametrize("bad", ["abc", "0", "-1", "1.5", str(2**63), "1'--", "%00"])
def test_a_bad_id_is_422_and_named(client: Client, bad: str) -> None:
    answer = client.get(f"/v1/applications/{bad}")
    assert _is_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["field"] == "application_id"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("decision=maybe", "decision"),
        ("points_from=low", "points_from"),
        ("points_to=nan", "points_to"),
        ("scored_from=yesterday", "scored_from"),
        ("scored_to=0001-01-01T00:00:00%2B14:00", "scored_to"),
        ("id_prefix=0", "id_prefix"),
        ("id_prefix=1%25", "id_prefix"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=zz", "cursor"),
        ("model_version=%00", "model_version"),
    ],
)
def test_a_bad_filter_is_422_and_named(client: Client, query: str, field: str) -> None:
    answer = client.get(f"/v1/applications?{query}")
    assert _is_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["field"] == field


def _ids(client: Client, query: str) -> list[int]:
    told = client.get(f"/v1/applications?{query}").json()
    return [one["application_id"] for one in told["applications"]]


def test_filters_narrow_the_list(client: Client, store: Store) -> None:
    store.put(
        a_score(1, 1, decision=Decision.APPROVE, points=620, model_version="1"),
        a_score(12, 2, decision=Decision.DECLINE, points=480, model_version="2"),
        a_score(123, 3, decision=Decision.REFER, points=560, model_version="2"),
        a_score(2, 4, decision=Decision.REFER, points=561, model_version="1"),
    )
    assert _ids(client, "") == [2, 123, 12, 1]
    assert _ids(client, "decision=refer") == [2, 123]
    assert _ids(client, "model_version=2") == [123, 12]
    assert _ids(client, "points_from=560&points_to=561") == [123]
    assert _ids(client, "id_prefix=12") == [123, 12]
    assert _ids(client, f"id_prefix={2**63 - 1}") == []
    assert _ids(client, "scored_from=2026-01-15T12:00:03Z") == [2, 123]
    assert _ids(client, "scored_to=2026-01-15T12:00:03") == [12, 1]
    assert _ids(client, "decision=refer&model_version=2&id_prefix=1") == [123]


def test_pages_hold_every_application_once_while_new_ones_come(
    client: Client, store: Store
) -> None:
    store.put(*(a_score(application, application) for application in range(1, 8)))
    seen: list[int] = []
    query = "limit=3"
    while True:
        told = client.get(f"/v1/applications?{query}").json()
        seen += [one["application_id"] for one in told["applications"]]
        store.put(a_score(100 + len(seen), 100 + len(seen)))
        if told["next_cursor"] is None:
            break
        query = f"limit=3&cursor={told['next_cursor']}"
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_drift_windows_are_paged_newest_first(client: Client, store: Store) -> None:
    store.put(*(a_drift_report(number, drifted=["EXT_SOURCE_3"]) for number in range(3)))
    first = client.get("/v1/drift?limit=2").json()
    assert [one["window_id"] for one in first["windows"]] == ["window-2", "window-1"]
    rest = client.get(f"/v1/drift?limit=2&cursor={first['next_cursor']}").json()
    assert [one["window_id"] for one in rest["windows"]] == ["window-0"]
    assert rest["next_cursor"] is None


def test_the_list_of_windows_holds_one_series_alone(client: Client, store: Store) -> None:
    segment = "NAME_CONTRACT_TYPE=Cash loans"
    store.put(
        a_drift_report(0),
        a_drift_report(1, window=WindowKind.DAY, ks_error=0.01),
        a_drift_report(2, window=WindowKind.WEEK),
        a_drift_report(3, segment=segment),
    )

    def listed(**filters: str) -> list[str]:
        answer = client.get("/v1/drift", params=filters).json()
        return [one["window_id"] for one in answer["windows"]]

    assert listed() == listed(window="verdict", segment="") == ["window-0"]
    assert listed(window="day") == ["window-1"]
    assert listed(window="week") == ["window-2"]
    assert listed(segment=segment) == ["window-3"]
    assert listed(window="day", segment=segment) == []


@pytest.mark.parametrize("query", ["window=month", "segment=%00", "limit=0", "cursor=none"])
def test_a_series_that_cannot_be_is_refused(client: Client, query: str) -> None:
    assert _is_problem(client.get(f"/v1/drift?{query}"), 422, "invalid")


def test_a_window_tells_slow_drift_and_what_outcomes_will_show(
    client: Client, store: Store
) -> None:
    store.put(a_drift_report(drifting=DRIFT.drifting, expected=DRIFT.expected))
    (window,) = client.get("/v1/drift").json()["windows"]
    assert window["drifting"][0]["words"] == DRIFT.drifting[0].words
    assert window["expected"]["auc"] == {"value": 0.761, "low": 0.718, "high": 0.802}
    assert window["expected"]["doubts"] == ["covariates"]


def test_stats_count_the_scores_in_force(client: Client, store: Store) -> None:
    store.put(
        a_score(1, 1, points=505, probability=0.5, decision=Decision.DECLINE),
        a_score(1, 2, points=615, probability=0.1, decision=Decision.APPROVE),
        a_score(2, 3, points=561, probability=0.3, decision=Decision.REFER, model_version="2"),
        an_outcome(1, defaulted=False),
    )
    told = client.get("/v1/stats").json()
    assert told["applications"] == 2
    assert told["expected_default_rate"] == pytest.approx(0.2)
    counts = {one["decision"]: one["applications"] for one in told["decisions"]}
    assert counts == {"approve": 1, "refer": 1, "decline": 0}
    assert [(one["points_from"], one["approve"]) for one in told["points"]] == [(560, 0), (610, 1)]
    assert {one["model_version"] for one in told["models"]} == {"1", "2"}
    assert told["days"][0]["day"] == "2026-01-15"
    assert (told["outcomes"], told["defaults"]) == (1, 0)


def test_stats_of_nothing_are_empty(client: Client) -> None:
    told = client.get("/v1/stats").json()
    assert (told["applications"], told["expected_default_rate"]) == (0, None)


def test_an_application_that_is_sent_is_accepted(client: Client, stream: FakeStream) -> None:
    stream.scores = False
    answer = _post(client, {"SK_ID_CURR": 7, "SURPRISE": 1})
    assert answer.status_code == 202
    told = answer.json()
    assert answer.headers["location"] == told["location"]
    assert told["ignored_columns"] == ["SURPRISE"]
    assert [sent.event_id for sent in stream.sent] == [told["event_id"]]


def test_who_waits_is_given_the_score_itself(client: Client) -> None:
    answer = _post(client, {"SK_ID_CURR": 7}, prefer="wait=5")
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=5"
    assert answer.json()["application_id"] == 7
    assert client.get(answer.headers["location"]).json() == answer.json()


def test_who_waits_in_vain_is_told_where_to_look(client: Client, stream: FakeStream) -> None:
    stream.scores = False
    answer = _post(client, {"SK_ID_CURR": 7}, prefer="wait=0")
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "wait=0"


def test_an_idempotency_key_makes_a_repetition_the_same_event(
    client: Client, stream: FakeStream
) -> None:
    for _ in range(2):
        _post(client, {"SK_ID_CURR": 7}, **{"idempotency-key": "form-1"})
    assert len({sent.event_id for sent in stream.sent}) == 1


def test_a_refused_application_names_its_field(client: Client, stream: FakeStream) -> None:
    answer = _post(client, {"SK_ID_CURR": 7, "AMT_INCOME_TOTAL": -1})
    assert _is_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["field"] == "AMT_INCOME_TOTAL"
    assert answer.json()["reason"] == "impossible_value"
    assert not stream.sent


def test_what_is_not_json_is_400(client: Client) -> None:
    assert _is_problem(_post(client, b"{"), 400, "bad-body")


def test_another_media_type_is_415(client: Client) -> None:
    answer = _post(client, b"<a/>", **{"content-type": "text/xml"})
    assert _is_problem(answer, 415, "bad-media-type")


def test_a_body_above_the_limit_is_413(client: Client) -> None:
    assert _is_problem(_post(client, b" " * (BODY_LIMIT + 1)), 413, "too-large")


async def _chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 1024


def test_a_body_that_hides_its_length_is_413_too(client: Client) -> None:
    answer = client.post(
        "/v1/applications",
        content=_chunks(BODY_LIMIT // 1024 + 2),
        headers={"content-type": "application/json"},
    )
    assert _is_problem(answer, 413, "too-large")


def test_without_kafka_sending_is_503_and_reading_works(
    client: Client, store: Store, stream: FakeStream
) -> None:
    store.put(a_score())
    stream.away = True
    answer = _post(client, {"SK_ID_CURR": 7})
    assert _is_problem(answer, 503, "kafka-away")
    assert int(answer.headers["retry-after"]) > 0
    assert client.get("/v1/applications/100001").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_without_the_store_reading_is_503(client: Client, store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE scores")
        connection.exec_driver_sql("DROP TABLE positions")
    answer = client.get("/v1/applications/1")
    assert _is_problem(answer, 503, "store-away")
    assert int(answer.headers["retry-after"]) > 0
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_an_unknown_address_and_method_are_problems(client: Client) -> None:
    assert _is_problem(client.get("/v1/nothing"), 404, "not-found")
    answer = client.request("DELETE", "/v1/stats")
    assert _is_problem(answer, 405, "bad-method")
    assert answer.headers["allow"] == "GET"


def test_a_failure_of_ours_is_a_problem_without_details(client: Client, store: Store) -> None:
    with store.engine.begin() as connection:
        store.put(a_score())
        connection.exec_driver_sql("UPDATE scores SET event = '{}'")
    answer = client.get("/v1/applications/100001")
    assert _is_problem(answer, 500, "internal")
    assert "Traceback" not in answer.text


def test_requests_are_counted_by_their_route(client: Client) -> None:
    client.get("/v1/applications/424242")
    metrics = client.get("/metrics").text
    assert 'route="/v1/applications/{application_id}",status="404"' in metrics
    assert "424242" not in metrics


def test_answers_about_persons_are_not_cached(client: Client) -> None:
    assert client.get("/v1/stats").headers["cache-control"] == "no-store"


def test_times_are_utc_whatever_the_filter_says(client: Client, store: Store) -> None:
    store.put(a_score())
    later = (NOON + dt.timedelta(hours=1)).astimezone(dt.timezone(dt.timedelta(hours=5)))
    assert _ids(client, f"scored_to={later.isoformat().replace('+', '%2B')}") == [100_001]


def test_a_window_tells_distances_distributions_and_effects(client: Client, store: Store) -> None:
    store.put(a_drift_report(distances=DRIFT.distances, effects=DRIFT.effects))
    (window,) = client.get("/v1/drift").json()["windows"]
    (distance,) = window["distances"]
    assert (distance["psi"], distance["wasserstein"]) == (0.21, 0.05)
    assert distance["distribution"]["window"] == [0.31, 0.3, 0.39]
    assert window["effects"]["mean_probability"] == 0.086
    assert window["multivariate"] is None


def test_the_heat_map_is_of_one_series(client: Client, store: Store) -> None:
    store.put(*(a_drift_report(at, ["EXT_SOURCE_3"] * (at == 1)) for at in range(2)))
    store.put(a_drift_report(2, window=WindowKind.DAY))
    told = client.get("/v1/drift/heat-map?columns=2").json()
    assert [one["window_id"] for one in told["windows"]] == ["window-0", "window-1"]
    assert [one["column"] for one in told["columns"]] == ["EXT_SOURCE_3", "AMT_CREDIT"]
    assert [cell["drifted"] for cell in told["columns"][0]["cells"]] == [False, True]
    day = client.get("/v1/drift/heat-map?window=day&windows=1").json()
    assert [one["window_id"] for one in day["windows"]] == ["window-2"]
    none = client.get("/v1/drift/heat-map?window=week").json()
    assert none == {"windows": [], "columns": []}


@pytest.mark.parametrize("query", ["windows=0", "columns=0", "window=hour", "windows=101"])
def test_a_heat_map_that_cannot_be_is_refused(client: Client, query: str) -> None:
    assert _is_problem(client.get(f"/v1/drift/heat-map?{query}"), 422, "invalid")
