"""DuckDB in this process: the engine that needs nothing, and the one that knows a line's number."""

import re
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa

from training.errors import BadInputError
from training.tables import Source


class DuckDB:
    """A database in memory."""

    def __init__(self, threads: int | None = None) -> None:
        self._database = ibis.duckdb.connect(**({"threads": threads} if threads else {}))

    def read(self, source: Source, path: Path) -> ibis.Table:
        """The file as a table of its own columns; nothing is read yet."""
        if path.suffix == ".parquet":
            return self._database.read_parquet(str(path))
        types = {name: source.schema.get(name, "VARCHAR") for name in source.header}
        return self._database.read_csv(
            str(path), columns=types, header=True, auto_detect=False, delim=",", quote='"'
        )

    def run(self, table: ibis.Table) -> pa.Table:
        """Compute a table.

        Raises:
            BadInputError: a file that it reads is damaged.
        """
        try:
            return self._database.to_pyarrow(table)
        except duckdb.Error as error:
            raise BadInputError(_in_words(str(error))) from error


_PATH = re.compile(r"^\s*file = (?P<path>.+)$|GZIP stream: (?P<gzip>\S+)", re.MULTILINE)
_LINE = re.compile(r"CSV Error on Line: (?P<line>\d+)")
_PROBLEM = re.compile(
    r"^(?P<problem>Expected Number of Columns.*|Error when converting.*|.*unterminated quote.*)$",
    re.MULTILINE | re.IGNORECASE,
)


def _in_words(message: str) -> str:
    """DuckDB's page-long message in one line: file, line, problem."""
    path, line = _PATH.search(message), _LINE.search(message)
    problem = _PROBLEM.search(message)
    parts = [
        (path["path"] or path["gzip"]) if path else "",
        f"line {line['line']}" if line else "",
        problem["problem"] if problem else message.splitlines()[0],
    ]
    return ": ".join(part for part in parts if part)
