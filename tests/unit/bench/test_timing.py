from collections.abc import Callable

from bench.timing import Spread, side_by_side


def test_every_alternative_runs_once_a_round_and_once_before_and_none_always_first() -> None:
    calls: list[str] = []

    def noting(name: str) -> Callable[[], None]:
        return lambda: calls.append(name)

    timings = side_by_side({"a": noting("a"), "b": noting("b")}, rounds=3)
    assert calls == ["a", "b", "b", "a", "a", "b", "b", "a"]
    assert [len(each.rounds) for each in timings.values()] == [3, 3]


def test_a_slow_round_slows_both_and_so_leaves_their_ratio() -> None:
    ours, theirs = Spread((1.0, 10.0, 1.0)), Spread((2.0, 20.0, 2.0))
    assert theirs.against(ours) == 2.0


def test_a_spread_shows_median_least_and_greatest() -> None:
    assert Spread((3.0, 1.0, 2.0)).scaled(1000).text(0) == "2,000 (1,000 to 3,000)"
