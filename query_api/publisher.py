"""Applications into Kafka for many requests at once: what has piled up goes as one burst."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from contracts.topics import APPLICATIONS
from query_api.submission import Submission
from runtime.producer import Output

_Waiting = tuple[Submission, Future[None]]


class Publisher:
    """Publishes from a thread of its own; a future is done when the broker has confirmed."""

    def __init__(self, producer: Output) -> None:
        self._producer = producer
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def publish(self, submission: Submission) -> Future[None]:
        """Send an application.

        Returns:
            A future; it fails with what the producer raised.
        """
        done: Future[None] = Future()
        self._waiting.put((submission, done))
        return done

    def close(self) -> None:
        """Deliver what waits, and end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            burst, ending = self._burst(first)
            self._deliver(burst)
            if ending:
                return

    def _burst(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """All that waits, and whether the end has been asked for."""
        burst = [first]
        while True:
            try:
                one = self._waiting.get_nowait()
            except Empty:
                return burst, False
            if one is None:
                return burst, True
            burst.append(one)

    def _deliver(self, burst: Sequence[_Waiting]) -> None:
        sent = [done for submission, done in burst if self._sent(submission, done)]
        try:
            self._producer.flush_or_raise()
        except Exception as error:  # noqa: BLE001 - raised again where the requests wait for it
            for done in sent:
                done.set_exception(error)
        else:
            for done in sent:
                done.set_result(None)

    def _sent(self, submission: Submission, done: Future[None]) -> bool:
        """Hand one over, unless its request has gone away meanwhile."""
        if not done.set_running_or_notify_cancel():
            return False
        try:
            self._producer.send(APPLICATIONS, submission.key, submission.value, submission.headers)
        except Exception as error:  # noqa: BLE001 - raised again where the request waits for it
            done.set_exception(error)
            return False
        return True
