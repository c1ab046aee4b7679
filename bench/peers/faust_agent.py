"""An agent as Faust's documentation has it: events one by one, each sent on before the next."""

import sys

import faust
from faust.types import StreamT

from bench.peers.assignment import Assignment, read_assignment
from bench.peers.faust_records import faust_record
from bench.peers.work import Output, Work, open_work


def create_app(assignment: Assignment, work: Work) -> faust.App:
    """The application with its agent."""
    app = faust.App(
        assignment.group,
        broker=f"kafka://{assignment.bootstrap}",
        datadir=str(assignment.state),
        consumer_auto_offset_reset="earliest",
        producer_compression_type="lz4",
        producer_acks=-1,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )
    source = app.topic(assignment.source, key_serializer="raw", value_serializer="raw")
    target = app.topic(assignment.target, key_serializer="raw", value_serializer="raw")

    @app.agent(source)
    async def score(stream: StreamT[bytes]) -> None:
        async for event in stream.events():
            for output in work([faust_record(event)]):
                await target.send(key=output.key, value=output.value, headers=_named(output))

    return app


def _named(output: Output) -> dict[str, bytes]:
    return {name: value or b"" for name, value in output.headers}


if __name__ == "__main__":
    told = read_assignment()
    sys.argv = ["faust", "worker", "--loglevel=warn"]
    create_app(told, open_work(told)).main()
