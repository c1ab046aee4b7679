import json

import pytest

from runtime.statistics import Statistics, read_statistics


def report(**told: int) -> Statistics:
    """What a client tells of partition 3 of one topic."""
    topics = {"scores": {"topic": "scores", "partitions": {"3": {"partition": 3, **told}}}}
    return read_statistics(json.dumps({"name": "a client", "topics": topics}))


@pytest.mark.parametrize(
    ("told", "exhausted"),
    [
        ({"eof_offset": 54, "ls_offset": 54, "fetchq_cnt": 0}, True),
        ({"eof_offset": 0, "ls_offset": 0, "fetchq_cnt": 0}, True),
        ({"eof_offset": 54, "ls_offset": 54, "fetchq_cnt": 2}, False),
        ({"eof_offset": 50, "ls_offset": 54, "fetchq_cnt": 0}, False),
        ({"eof_offset": -1001, "ls_offset": -1001, "fetchq_cnt": 0}, False),
    ],
    ids=["at the end", "empty", "not all is handed over", "more has come", "nothing is known"],
)
def test_a_partition_is_exhausted_once_all_of_it_was_handed_over(
    told: dict[str, int], *, exhausted: bool
) -> None:
    assert report(**told).exhausted("scores", 3) is exhausted
    assert not report(**told).exhausted("scores", 4)


def test_a_lag_that_is_not_known_is_not_told() -> None:
    assert report(consumer_lag=-1).lag() == {}
    assert report(consumer_lag=7).lag() == {("scores", 3): 7}


def test_the_end_leaves_open_transactions_out() -> None:
    statistics = report(hi_offset=12, ls_offset=10)
    assert statistics.end("scores", 3) == 10
    assert statistics.end("scores", 4) is None
    assert report(hi_offset=-1001, ls_offset=-1001).end("scores", 3) is None


def test_one_broker_that_is_up_is_enough() -> None:
    states = {"a": {"state": "DOWN"}, "b": {"state": "UP"}}
    assert read_statistics(json.dumps({"brokers": states})).connected
    assert not read_statistics(json.dumps({"brokers": {"a": {"state": "INIT"}}})).connected
