"""A Faust transport that reads with confluent-kafka and hands over whole fetches.

Faust's own driver makes some twenty Python objects and several awaits of every record; here an
agent gets one event per fetch, which holds what has piled up since it asked: one record when few
come, a full batch when many wait, whatever partitions they lie in.

    reader.py      a thread that owns the client and fetches
    membership.py  what it does when partitions come and go
    commits.py     what it commits, without waiting for it while it fetches
    flow.py        what lies between it and the event loop: fetched, in progress, settled
    consumer.py    the face towards Faust, which sees one standing partition and its events

Faust has no part in rebalances: before partitions are given away the thread waits for what is in
progress of them, commits it and drops what nobody has begun. What stays with the worker goes on.
"""

from scorer.transport.consumer import Consumer, Ticket, Transport

__all__ = ["Consumer", "Ticket", "Transport"]
