"""Spark, in this process or on a cluster, for tables that outgrow one machine; needs a Java 17."""

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from training.errors import BadInputError
from training.tables import Source

_TYPES = {"BIGINT": "BIGINT", "INTEGER": "DECIMAL(18,0)", "DOUBLE": "DOUBLE", "VARCHAR": "STRING"}
"""How a CSV cell is read; whole numbers may stand as `1.0`, which Spark's integers refuse."""

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",  # the commands show their own
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # a cut line is an error, whoever asks
}
_LOCAL_SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "3g",
    "spark.sql.shuffle.partitions": str(os.cpu_count()),
}


@contextmanager
def spark(name: str) -> Iterator["Spark"]:
    """A session on this master, `local` being all cores of this machine; stopped at the end.

    Raises:
        BadInputError: it does not start.
    """
    builder = SparkSession.builder.appName("creditstream")
    builder = builder.master("local[*]" if name == "local" else name)
    try:
        session = builder.config(map=_settings(name)).getOrCreate()
    except (Py4JError, PySparkException) as error:
        raise BadInputError(f"--engine {name}: Spark needs a Java 17: {_first(error)}") from error
    session.sparkContext.setLogLevel("OFF")  # what it logs, with page-long traces, it raises too
    try:
        yield Spark(session)
    finally:
        session.stop()


def _settings(name: str) -> dict[str, str]:
    return _SETTINGS | (_LOCAL_SETTINGS if name == "local" else {})


class Spark:
    """A Spark session; a file must have the same path on all its machines."""

    def __init__(self, session: SparkSession) -> None:
        self._database = ibis.pyspark.connect(session)

    def read(self, source: Source, path: Path) -> ibis.Table:
        """The file as a table of its own columns; nothing is read yet."""
        if path.suffix == ".parquet":
            return self._database.read_parquet(str(path))
        kinds = {name: source.schema.get(name, "VARCHAR") for name in source.header}
        columns = (f"`{name}` {_TYPES.get(kind, kind)}" for name, kind in kinds.items())
        return self._database.read_csv(
            str(path), schema=", ".join(columns), inferSchema=None, header=True, mode="FAILFAST"
        )

    def run(self, table: ibis.Table) -> pa.Table:
        """Compute a table.

        Raises:
            BadInputError: a file that it reads is damaged; names the record, Spark knows no lines.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pyspark warns of an error that it raises as well
                return self._database.to_pyarrow(table)
        except (Py4JError, PySparkException) as error:
            raise BadInputError(_in_words(str(error))) from error


_PATH = re.compile(r"reading file (?:file:/*)?(?P<path>/.+?)\.\s")
_RECORD = re.compile(
    r"Malformed records are detected in record parsing: (?P<record>.+)\.$", re.MULTILINE
)


def _in_words(message: str) -> str:
    """Spark's pages of traces in one line: file, record, problem."""
    path, record = _PATH.search(message), _RECORD.search(message)
    problem = f"malformed record {record['record']}" if record else _first(message)
    return f"{path['path']}: {problem}" if path else problem


def _first(error: object) -> str:
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__)
