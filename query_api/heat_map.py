"""Features against windows: how far each was from the reference, window by window. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.events import ColumnDrift, DriftReported


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A column over the windows: the test that tells most in each, None where it was not tested."""

    column: str
    cells: tuple[ColumnDrift | None, ...]


def heat_map(reports: Sequence[DriftReported], most: int) -> list[HeatRow]:
    """Columns against windows: those that drifted most often, then as the last report has them.

    Args:
        reports: of one series, newest first; the cells go from the oldest to the newest.
        most: how many columns are shown.
    """
    windows = [strongest_tests(report) for report in reversed(reports)]
    drifted = Counter(column for report in reports for column in report.drifted)
    columns = dict.fromkeys(column for window in reversed(windows) for column in window)
    order = sorted(columns, key=lambda name: -drifted[name])
    return [HeatRow(name, _cells(name, windows)) for name in order[:most]]


def strongest_tests(report: DriftReported) -> dict[str, ColumnDrift]:
    """For each column the test that tells most: one with a verdict before one without."""
    strongest: dict[str, ColumnDrift] = {}
    for test in report.columns:
        held = strongest.get(test.column)
        if held is None or (test.drifted, test.effect) > (held.drifted, held.effect):
            strongest[test.column] = test
    return strongest


def _cells(
    column: str, windows: Sequence[Mapping[str, ColumnDrift]]
) -> tuple[ColumnDrift | None, ...]:
    return tuple(window.get(column) for window in windows)
