"""A monitor counts where it has every partition, and else says what is wrong."""

from drift_monitor.membership import lacking

PARTITIONS = {"loan.scores": 2, "loan.outcomes": 1}
ALL = {("loan.scores", 0), ("loan.scores", 1), ("loan.outcomes", 0)}


def test_with_every_partition_it_counts() -> None:
    assert lacking(PARTITIONS, ALL) is None


def test_partitions_that_were_added_later_are_welcome() -> None:
    assert lacking(PARTITIONS, ALL | {("loan.scores", 2)}) is None


def test_one_that_is_elsewhere_is_told_with_the_way_out() -> None:
    for place in ALL:
        told = lacking(PARTITIONS, ALL - {place})
        assert told is not None
        assert told.startswith("1 of 3 partitions are with another monitor of the same group")
        assert "stop one of them" in told


def test_before_any_is_given_it_waits() -> None:
    told = lacking(PARTITIONS, ())
    assert told is not None
    assert told.startswith("no partition is given to this monitor yet")
