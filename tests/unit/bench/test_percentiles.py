import pytest

from bench.percentiles import percentiles


def test_percentiles_are_in_milliseconds_and_say_of_how_many() -> None:
    found = percentiles([at / 1000 for at in range(1, 1002)])
    assert found.count == 1001
    assert found.p50 == pytest.approx(501)
    assert found.p99 == pytest.approx(991)
    assert found.p999 == pytest.approx(1000)
