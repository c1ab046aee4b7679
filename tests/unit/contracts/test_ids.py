from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.ids import explanation_id, score_id

EVENT_IDS = st.text(min_size=1, max_size=200)


@given(EVENT_IDS)
def test_a_redelivery_gives_the_same_score_id(event_id: str) -> None:
    assert score_id(event_id) == score_id(event_id)


@given(EVENT_IDS, EVENT_IDS)
def test_two_application_events_have_two_score_ids(one: str, other: str) -> None:
    assume(one != other)
    assert score_id(one) != score_id(other)


@given(EVENT_IDS)
def test_a_score_and_its_explanation_have_ids_of_their_own(event_id: str) -> None:
    score = score_id(event_id)
    assert len({event_id, score, explanation_id(score)}) == 3


def test_ids_hold_over_releases() -> None:
    """A change would make every redelivered application a second score."""
    score = score_id("loan.applications-0-17")
    assert score == "c6cc9de6-22ea-53bb-95c6-41d860a3c8c2"
    assert explanation_id(score) == "82aece7a-11b8-5510-9c14-7f6393b78c35"
