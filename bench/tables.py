"""What a benchmark found, as a table for the terminal and for the documentation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rich.table


@dataclass(frozen=True, slots=True)
class Row:
    """One line, by column."""

    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """One benchmark's findings."""

    title: str
    about: str
    rows: Sequence[Row]

    def for_terminal(self) -> rich.table.Table:
        """As rich draws it."""
        table = rich.table.Table(title=self.title, caption=self.about)
        for name in self.rows[0].cells:
            table.add_column(name, justify="right")
        for row in self.rows:
            table.add_row(*row.cells.values())
        return table

    def as_markdown(self) -> str:
        """As Markdown, with a heading."""
        names = list(self.rows[0].cells)
        lines = [f"## {self.title}", "", f"{self.about[:1].upper()}{self.about[1:]}.", ""]
        lines += [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
        lines += [f"| {' | '.join(row.cells.values())} |" for row in self.rows]
        return "\n".join(lines)
