"""From records of the application topic to applications; bad ones become dead letters."""

from collections.abc import Sequence

from contracts.application import LoanApplication
from contracts.codec import DecodedApplication, decode_application
from contracts.events import EVENT_TYPES
from contracts.records import RawRecord
from runtime.dead_letters import DeadLetter
from runtime.intake import receive_with
from scorer import metrics
from scorer.scoring import Applied


def receive_applications(
    records: Sequence[RawRecord], service: str
) -> tuple[list[Applied], list[DeadLetter]]:
    """Decode a batch; order is kept. Columns that are none of ours are ignored and counted."""
    received, letters = receive_with(
        records,
        service,
        ce_type=EVENT_TYPES[LoanApplication],
        decode=decode_application,
        application_id=_application_id,
    )
    metrics.UNKNOWN_COLUMNS.inc(sum(len(one.event.unknown_columns) for one in received))
    applied = [Applied(one.event.application, one.envelope, one.record) for one in received]
    return applied, letters


def _application_id(decoded: DecodedApplication) -> int:
    return decoded.application.SK_ID_CURR
