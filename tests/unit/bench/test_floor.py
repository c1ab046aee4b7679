"""What follows from the costs of the client alone."""

import pytest

from bench.floor import FORMS, WHOLE, Cost, floor_figures, floor_note, floor_table
from bench.timing import Spread

PYTHON = {"fetch": 1.0, "read, headers and all": 4.0, "hand over": 2.0, "wait": 1.0}


def cost(client: float, kafka: float) -> Cost:
    parts = {**PYTHON, "client's own threads": client, "Kafka": kafka}
    return Cost({part: Spread((each, each + 0.5, each + 1.0)) for part, each in parts.items()})


def test_one_thread_of_python_does_its_parts_and_no_others() -> None:
    assert cost(client=6.0, kafka=8.0).python == pytest.approx(10.0)
    assert cost(client=6.0, kafka=8.0).whole == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("client", "kafka", "times"),
    [
        pytest.param(6.0, 8.0, "8.0 times Faust", id="the cores give out first"),
        pytest.param(1.0, 1.0, "10.0 times Faust", id="Python's thread gives out first"),
    ],
)
def test_the_note_tells_what_gives_out_first(client: float, kafka: float, times: str) -> None:
    note = floor_note({WHOLE: cost(client, kafka)}, faust=10_000.0, cores=2)
    assert "whole: 100,000 a second by one thread of Python" in note
    assert times in note


def test_a_row_a_part_and_a_column_a_form() -> None:
    costs = {form: cost(6.0, 8.0) for form in FORMS}
    table = floor_table(costs)
    assert [row["whole"] for row in table.rows][-1] == "8.5 (8.0 to 9.0)"
    assert all(len(row) == 1 + len(FORMS) for row in table.rows)
    assert len(floor_figures(costs)) == len(FORMS) * len(table.rows)
