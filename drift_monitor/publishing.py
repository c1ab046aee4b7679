"""Reports and dead letters on their way out, each confirmed by the broker on return."""

from collections.abc import Sequence

from contracts import codec
from contracts.events import EVENT_TYPES, DriftReported
from contracts.headers import cloud_event_headers, new_traceparent
from contracts.topics import DRIFT
from drift_monitor.report import abridged
from runtime.dead_letters import DeadLetter, send_dead_letters
from runtime.producer import Output
from runtime.settings import KafkaSettings


class Publisher:
    """Sends what the monitor makes; `DeliveryFailedError` where the broker did not take it."""

    def __init__(self, producer: Output, kafka: KafkaSettings, service: str) -> None:
        self._producer, self._kafka, self._service = producer, kafka, service

    def publish_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Send dead letters."""
        if letters:
            send_dead_letters(self._producer, self._kafka, letters)
            self._producer.flush_or_raise()

    def publish_reports(self, reports: Sequence[DriftReported]) -> None:
        """Send reports, each keyed by its window id: one sent twice is the same record."""
        for report in reports:
            value = codec.encode(abridged(report))
            self._producer.send(DRIFT, report.window_id, value, self._headers(report))
        if reports:
            self._producer.flush_or_raise()

    def _headers(self, report: DriftReported) -> list[tuple[str, bytes]]:
        return cloud_event_headers(
            event_id=report.window_id,
            event_type=EVENT_TYPES[DriftReported],
            source=self._service,
            subject=f"{report.model_name}/{report.model_version}",
            time=report.closed_at,
            traceparent=new_traceparent(),
        )
