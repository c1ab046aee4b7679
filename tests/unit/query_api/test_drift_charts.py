"""Heat rows and paired bars: shares of the width, with words for those who cannot see them."""

import re

from query_api.drift_charts import Shade, heat_row, paired_bars


def widths(chart: str) -> list[float]:
    return [float(width) for width in re.findall(r'width="([0-9.]+)%"', chart)][1:]


def test_cells_fill_the_row_and_tell_themselves() -> None:
    row = heat_row("moved in 1 of 2 windows", [Shade("heat-0", "steady"), Shade("heat-4", "<b>")])
    assert [float(at) for at in re.findall(r'x="([0-9.]+)%"', row)] == [0, 50]
    assert all(49 <= width < 50 for width in widths(row))
    assert 'role="img" aria-label="moved in 1 of 2 windows"' in row
    assert "<title>&lt;b&gt;</title>" in row


def test_a_row_of_no_windows_is_empty() -> None:
    assert "<rect" not in heat_row("moved in 0 of 0 windows", [])


def test_shares_are_measured_by_the_largest() -> None:
    assert widths(paired_bars(0.1, 0.4, 0.4, drifted=True)) == [25, 100]
    assert widths(paired_bars(0.0, 0.0, 0.0, drifted=False)) == [0, 0]


def test_what_moved_has_a_colour_of_its_own() -> None:
    assert 'class="drifted"' in paired_bars(0.1, 0.4, 0.4, drifted=True)
    assert 'class="now"' in paired_bars(0.1, 0.4, 0.4, drifted=False)
