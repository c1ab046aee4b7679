"""How far each partition is in the store; moved on in the transaction that stores the events."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from contracts.records import RawRecord
from query_api.store import schema
from runtime.database import insert

Partition = tuple[str, int]


def read_positions(
    connection: sa.Connection, partitions: Iterable[Partition], *, lock: bool = False
) -> dict[Partition, int]:
    """The positions of the partitions that have one, read in the order of their keys."""
    table = schema.positions
    query = (
        sa.select(table)
        .where(sa.tuple_(table.c.topic, table.c.partition).in_(sorted(partitions)))
        .order_by(table.c.topic, table.c.partition)
    )
    rows = connection.execute(query.with_for_update() if lock else query)
    return {(row.topic, row.partition): row.next_offset for row in rows}


def lock_positions(
    connection: sa.Connection, records: Iterable[RawRecord]
) -> Mapping[Partition, int]:
    """The positions of the batch's partitions, held until the transaction ends."""
    partitions = {(record.topic, record.partition) for record in records}
    rows = [
        {"topic": topic, "partition": partition, "next_offset": 0}
        for topic, partition in sorted(partitions)
    ]
    if rows:
        connection.execute(insert(connection, schema.positions).on_conflict_do_nothing(), rows)
    return read_positions(connection, partitions, lock=True)


def advance(
    connection: sa.Connection, records: Iterable[RawRecord], passed: Mapping[Partition, int]
) -> None:
    """Move the positions behind the records that are done."""
    reached = dict(passed)
    for record in records:
        place = (record.topic, record.partition)
        reached[place] = max(reached[place], record.offset + 1)
    moved = [
        {"at_topic": topic, "at_partition": partition, "next_offset": offset}
        for (topic, partition), offset in sorted(reached.items())
        if offset != passed[topic, partition]
    ]
    if moved:
        connection.execute(
            sa.update(schema.positions).where(
                schema.positions.c.topic == sa.bindparam("at_topic"),
                schema.positions.c.partition == sa.bindparam("at_partition"),
            ),
            moved,
        )
