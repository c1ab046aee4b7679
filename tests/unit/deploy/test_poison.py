import pytest

from contracts.application import LoanApplication
from contracts.codec import decode_application
from contracts.events import EVENT_TYPES
from contracts.records import RawRecord
from contracts.topics import APPLICATIONS
from deploy.local.poison import POISON, Poison
from runtime.intake import receive_with
from runtime.producer import refuse_too_large


@pytest.mark.parametrize("poison", POISON, ids=lambda p: f"{p.reason}-{p.key!r}")
def test_each_bad_message_is_refused_for_the_reason_it_is_made_for(poison: Poison) -> None:
    record = RawRecord("loan.applications", 0, 0, poison.key, poison.value, poison.headers)
    _, letters = receive_with(
        [record],
        "scorer",
        ce_type=EVENT_TYPES[LoanApplication],
        decode=decode_application,
        application_id=lambda decoded: decoded.application.SK_ID_CURR,
    )
    assert [letter.reason for letter in letters] == [poison.reason]


def test_the_largest_one_is_just_below_the_topics_limit() -> None:
    largest = max(POISON, key=lambda p: len(p.value or b""))
    refuse_too_large(APPLICATIONS, largest.key, largest.value, largest.headers)
    assert len(largest.value or b"") > 0.99 * APPLICATIONS.max_message_bytes
