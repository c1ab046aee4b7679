"""Ways of one computation timed by the number of rows in a batch: their table and figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.results import Chart, Table
from bench.timing import Spread

Timings = Mapping[int, Mapping[str, Spread]]
"""By the number of rows, then by the name of the way, in seconds."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What a row's time is told in.

    Attributes:
        per_second: how many make a second.
        digits: behind the point.
        sign: for people.
        name: in the names of figures.
    """

    per_second: float
    digits: int
    sign: str
    name: str


@dataclass(frozen=True, slots=True)
class ByBatch:
    """Ours beside others.

    Attributes:
        unit: of the times of a row.
        reference: the way that ours is compared with.
        ours: our way.
        timings: of all ways.
        apart: the largest difference of ours to the reference, by the number of rows.
    """

    unit: Unit
    reference: str
    ours: str
    timings: Timings
    apart: Mapping[int, float]

    @property
    def ratios(self) -> dict[int, float]:
        """How many times faster ours is, by the number of rows."""
        return {
            count: of[self.reference].against(of[self.ours]) for count, of in self.timings.items()
        }

    def table(self, name: str, title: str, about: str, faster: str) -> Table:
        """Every way by the number of rows; `faster` heads the column of the ratios."""
        ratios = self.ratios
        rows = [
            {
                "rows": f"{count:,}",
                **{
                    way: f"{self._of_a_row(one, count):.{self.unit.digits}f}"
                    for way, one in of.items()
                },
                faster: f"{ratios[count]:.1f}",
                "largest difference": f"{self.apart[count]:.1e}",
            }
            for count, of in self.timings.items()
        ]
        chart = Chart(
            kind="lines",
            x="rows in a batch",
            y=f"{self.unit.sign} a row",
            logarithmic=True,
            series=self._series(),
        )
        return Table(name=name, title=title, about=about, rows=rows, chart=chart)

    def figures(self) -> dict[str, float]:
        """The ratios, our times and the largest difference of all."""
        figures = {f"ratio at {count} rows": ratio for count, ratio in self.ratios.items()}
        figures |= {
            f"{self.unit.name} a row at {count} rows": self._of_a_row(of[self.ours], count)
            for count, of in self.timings.items()
        }
        return {**figures, "largest difference": max(self.apart.values())}

    def _series(self) -> dict[str, list[tuple[str | float, float]]]:
        ways = next(iter(self.timings.values()))
        return {
            way: [
                (float(count), self._of_a_row(of[way], count)) for count, of in self.timings.items()
            ]
            for way in ways
        }

    def _of_a_row(self, timing: Spread, count: int) -> float:
        return self.unit.per_second * timing.median / count
