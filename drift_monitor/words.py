"""A comparison in words, for people who read reports: `EXT_SOURCE_3 missing 19 % → 39 %`."""

from collections.abc import Callable, Mapping

from drift_monitor.comparison import Comparison, Profiled, Test
from drift_monitor.profiles import ColumnProfile

_THOUSAND = 1000
_ALIKE = 9  # digits to which moves are told apart


def in_words(comparison: Comparison) -> str:
    """What moved, from the reference to the window."""
    profiled = comparison.profiled
    return f"{profiled.column.name} {_WORDS[comparison.test](profiled)}"


def _median_moved(one: Profiled) -> str:
    before, now = number_in_words(_median(one.reference)), number_in_words(_median(one.window))
    return f"median {before} → {now}"


def _level_moved(one: Profiled) -> str:
    """The level whose share moved the most; of two that mirror each other, the one that gained."""
    levels = one.column.levels
    if levels is None:
        raise ValueError(f"{one.column.name} is a number: it has no levels")
    before = one.reference.counts / one.reference.counts.sum()
    now = one.window.counts / one.window.counts.sum()
    moves = (now - before).round(_ALIKE).tolist()
    most = max(range(len(moves)), key=lambda at: (abs(moves[at]), moves[at]))
    return f"{levels.names[most]}: {_move(before[most], now[most])}"


def _missing_moved(one: Profiled) -> str:
    return f"missing {_move(one.reference.missing_share, one.window.missing_share)}"


def _unseen_moved(one: Profiled) -> str:
    return f"unseen levels {_move(one.reference.unseen_share, one.window.unseen_share)}"


_WORDS: Mapping[Test, Callable[[Profiled], str]] = {
    Test.KS: _median_moved,
    Test.LEVELS: _level_moved,
    Test.MISSING: _missing_moved,
    Test.UNSEEN: _unseen_moved,
}


def _median(sample: ColumnProfile) -> float:
    return float(sample.values[len(sample.values) // 2])


def number_in_words(value: float) -> str:
    """Without decimals from a thousand on, else with three digits."""
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.3g}"


def _move(before: float, now: float) -> str:
    """Shares in per cent, with as many digits as it takes to see the move."""
    digits = 0 if abs(now - before) >= 0.01 else 1  # noqa: PLR2004 - one per cent
    return f"{before:.{digits}%} → {now:.{digits}%}".replace("%", " %")
