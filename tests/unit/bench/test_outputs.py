import numpy as np
import pytest

from bench.outputs import Expected, Outputs, WrongOutputError


class AMessage:
    """As much of a Kafka message as is looked at."""

    def __init__(self, value: bytes, event_id: bytes = b"0") -> None:
        self._value, self._event_id = value, event_id

    def value(self) -> bytes:
        return self._value

    def headers(self) -> list[tuple[str, bytes]]:
        return [("ce_id", self._event_id)]


EXPECTED = Expected(values=[b"first", b"second"], raw_scores=[-1.5, 0.25])


def outputs(*numbers: int) -> Outputs:
    times = np.arange(len(numbers), dtype=np.int64) * 1000
    return Outputs(np.array(numbers, dtype=np.int64), times)


def scored(number: int, raw_score: float) -> bytes:
    return f'{{"application_event_id": "{number}", "raw_score": {raw_score!r}}}'.encode()


def test_a_score_counts_where_it_is_that_of_its_applicant_to_the_last_bit() -> None:
    assert EXPECTED.number(AMessage(scored(3, 0.25)), "score") == 3  # type: ignore[arg-type]
    with pytest.raises(WrongOutputError, match="application 3"):
        EXPECTED.number(AMessage(scored(3, 0.25000000000000006)), "score")  # type: ignore[arg-type]


def test_what_passes_through_must_be_what_went_in() -> None:
    assert EXPECTED.number(AMessage(b"first", b"2"), "pass") == 2  # type: ignore[arg-type]
    assert EXPECTED.number(AMessage(b"2", b"3"), "receipt") == 2  # type: ignore[arg-type]
    with pytest.raises(WrongOutputError, match="application 3"):
        EXPECTED.number(AMessage(b"first", b"3"), "pass")  # type: ignore[arg-type]


def test_an_output_that_came_twice_is_refused() -> None:
    with pytest.raises(WrongOutputError, match="1 applications came out twice"):
        outputs(0, 1, 1).check(3, complete=False)


def test_an_output_of_no_application_is_refused() -> None:
    with pytest.raises(WrongOutputError, match="not below 2"):
        outputs(0, 2).check(2, complete=False)


def test_a_gap_is_refused_only_where_the_whole_backlog_was_worked_on() -> None:
    outputs(0, 2).check(3, complete=False)
    with pytest.raises(WrongOutputError, match="1 of 3 applications did not come out"):
        outputs(0, 2).check(3, complete=True)


def test_the_rate_leaves_the_warm_up_out() -> None:
    times = np.array([0, 9_000, 9_500, 10_000, 10_500], dtype=np.int64)
    assert Outputs(np.arange(5), times).rate(warm=0.2) == pytest.approx(3 / 1.5)
