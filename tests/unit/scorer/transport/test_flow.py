from dataclasses import dataclass
from typing import cast

from confluent_kafka import Message
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from scorer.transport.flow import Fetch, Flow

TOPIC = "in"


@dataclass(frozen=True)
class Told:
    """What a client's message tells."""

    at: int
    number: int

    def topic(self) -> str:
        return TOPIC

    def partition(self) -> int:
        return self.at

    def offset(self) -> int:
        return self.number

    def key(self) -> None:
        return None

    def value(self) -> bytes:
        return b"v"

    def headers(self) -> None:
        return None

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_700_000_000_000


def a_message(partition: int, offset: int) -> Message:
    return cast(Message, Told(partition, offset))


def test_a_begin_takes_all_that_waits_whatever_the_partition() -> None:
    flow = Flow(10)
    flow.put([a_message(0, 5), a_message(1, 8), a_message(0, 6)])
    fetch = flow.begin()
    assert [(r.partition, r.offset) for r in fetch.records] == [(0, 5), (1, 8), (0, 6)]
    assert fetch.ends == {(TOPIC, 0): 7, (TOPIC, 1): 9}
    assert not flow.waiting


def test_there_is_room_up_to_the_size_and_again_after_a_begin() -> None:
    flow = Flow(3)
    flow.put([a_message(0, 1), a_message(0, 2)])
    assert flow.room() == 1
    flow.put([a_message(0, 3)])
    assert (flow.room(), flow.wait_for_room(0)) == (0, False)
    flow.begin()
    assert (flow.room(), flow.wait_for_room(0)) == (3, True)


def test_offsets_are_let_go_once_and_in_the_order_of_the_fetches() -> None:
    flow = Flow(10)
    fetches = [_begun(flow, 0, offset) for offset in (1, 2, 3)]
    flow.settle(fetches[1])
    assert flow.take_settled() == {}
    flow.settle(fetches[0])
    assert flow.take_settled() == {(TOPIC, 0): 3}
    assert flow.take_settled() == {}


def test_gaps_between_offsets_do_not_matter() -> None:
    flow = Flow(10)
    flow.put([a_message(0, 4), a_message(0, 90)])
    flow.settle(flow.begin())
    assert flow.take_settled() == {(TOPIC, 0): 91}


def test_offsets_that_are_put_back_never_hide_later_ones() -> None:
    flow = Flow(10)
    flow.settle(_begun(flow, 0, 1))
    refused = flow.take_settled()
    flow.settle(_begun(flow, 0, 2))
    flow.put_back({**refused, (TOPIC, 1): 7})
    assert flow.take_settled() == {(TOPIC, 0): 3, (TOPIC, 1): 7}


def test_what_waits_of_partitions_given_away_is_dropped_and_the_rest_stays() -> None:
    flow = Flow(10)
    flow.put([a_message(0, 1), a_message(1, 1)])
    flow.drop({(TOPIC, 0)})
    assert flow.begin().ends == {(TOPIC, 1): 2}


def test_a_fetch_that_a_rebalance_emptied_lets_nothing_go() -> None:
    flow = Flow(10)
    flow.put([a_message(0, 1)])
    flow.drop({(TOPIC, 0)})
    fetch = flow.begin()
    flow.settle(fetch)
    assert (fetch.records, flow.take_settled()) == ([], {})


def test_partitions_are_settled_when_nothing_of_them_is_in_progress() -> None:
    flow = Flow(10)
    fetch = _begun(flow, 0, 1)
    assert flow.wait_settled({(TOPIC, 1)}, 0)
    assert not flow.wait_settled({(TOPIC, 0), (TOPIC, 1)}, 0)
    flow.settle(fetch)
    assert flow.wait_settled({(TOPIC, 0)}, 0)


def test_settled_offsets_of_another_members_partitions_are_forgotten() -> None:
    flow = Flow(10)
    flow.settle(_begun(flow, 0, 1))
    flow.settle(_begun(flow, 1, 1))
    flow.forget({(TOPIC, 0)})
    assert flow.take_settled() == {(TOPIC, 1): 2}


def _begun(flow: Flow, partition: int, offset: int) -> Fetch:
    flow.put([a_message(partition, offset)])
    return flow.begin()


class AnyOrder(RuleBasedStateMachine):
    """Whatever the order of reading, beginning and settling: no offset goes before its work."""

    def __init__(self) -> None:
        super().__init__()
        self.flow = Flow(5)
        self.next = [0, 0]
        self.open: list[Fetch] = []
        self.let_go = [0, 0]

    @rule(partition=st.integers(0, 1), gap=st.integers(0, 3))
    def read(self, partition: int, gap: int) -> None:
        if self.flow.room():
            offset = self.next[partition] + gap
            self.flow.put([a_message(partition, offset)])
            self.next[partition] = offset + 1

    @rule()
    def begin(self) -> None:
        self.open.append(self.flow.begin())

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.open) - 1))
        self.flow.settle(self.open.pop(at))

    @rule(refused=st.booleans())
    def commit(self, refused: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        offsets = self.flow.take_settled()
        if refused:
            self.flow.put_back(offsets)
            return
        for (_, partition), offset in offsets.items():
            assert offset > self.let_go[partition]
            self.let_go[partition] = offset

    @invariant()
    def nothing_open_is_let_go(self) -> None:
        for fetch in self.open:
            for record in fetch.records:
                assert self.let_go[record.partition] <= record.offset


TestAnyOrder = AnyOrder.TestCase
