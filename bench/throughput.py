"""The whole scorer against a bare loop and other frameworks: one Kafka, one backlog, one model."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from bench.backlogs import make_backlog
from bench.contest import Backlog, Drained, drain
from bench.contestants import CONTESTANTS, FAUST, SCORER, WITH_OUR_TREES, Contestant
from bench.floor import Cost, Form, floor_figures, floor_note, floor_table, measure_floor
from bench.peers.assignment import Mode
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.stage import Stage
from bench.timing import Spread

_PARTITIONS = 4
_WORK: Mapping[Mode, tuple[str, str]] = {
    "score": (
        "The whole work of the scorer",
        "decode, features, history, score, encode, produce, commit",
    ),
    "pass": ("Records passed through", "consume, produce the record as it is, commit"),
    "receipt": ("Receipts given", "consume the record, produce the id of its event, commit"),
}

_NOTE = (
    "Every contestant decodes, checks, scores, encodes and describes each event by the same "
    "functions, asks all replicas to confirm its output, and works on batches of as many records "
    "as the scorer, by the means that it offers; Faust's agent takes events one by one, as its "
    "documentation has it. All of them spare Python's garbage collector what is loaded by then, as "
    "the scorer does. The peers evaluate the model by LightGBM, as whoever writes a scorer "
    "with them would, by one thread and in whole batches; with our compiled trees they stand in "
    "rows of their own (left out of the quick form), and without any model in the tables of "
    "records passed through and of receipts: passing a record of this size on is bound by what "
    "Kafka and its client take to write it, a receipt by the framework. The bare loop has our "
    "trees too: it waits for its output and commits, "
    "but survives no error and no rebalance. Bytewax and Pathway keep their place by themselves "
    "instead of in a consumer group, and Bytewax's sink does not look at what the broker refuses."
)

Of = tuple[Mode, Contestant]


@dataclass(frozen=True, slots=True)
class Measured:
    """Events a second, and microseconds of a core that one takes, over the rounds."""

    rate: Spread
    cpu_us: Spread


Measurements = Mapping[Of, Measured]


def measure(stage: Stage, scale: Scale) -> Findings:
    """Every contestant in turn, round by round; its output is checked before its time counts.

    Raises:
        ContestantFailedError: one did not do its work.
        WrongOutputError: one did other work.
    """
    backlog = make_backlog(stage, "contest-", scale.backlog, _PARTITIONS)
    measured = _measured(backlog, scale)
    floor = measure_floor(backlog, scale.rounds)
    backlog.clear()
    return Findings(
        tables=[*(_table(mode, measured, backlog) for mode in _WORK), floor_table(floor)],
        figures=_figures(measured) | floor_figures(floor),
        notes=[_NOTE, _floor_note(floor, measured)],
    )


def _floor_note(floor: Mapping[Form, Cost], measured: Measurements) -> str:
    cores = len(os.sched_getaffinity(0))
    return floor_note(floor, measured["pass", FAUST].rate.median, cores)


def _measured(backlog: Backlog, scale: Scale) -> Measurements:
    contestants = CONTESTANTS if scale.quick else (*CONTESTANTS, *WITH_OUR_TREES)
    found: dict[Of, list[Drained]] = {}
    for number in range(scale.rounds):
        for contestant in contestants[:: 1 if number % 2 == 0 else -1]:
            for mode in contestant.modules:
                drained = drain(backlog, contestant, mode, scale.window)
                found.setdefault((mode, contestant), []).append(drained)
    return {
        of: Measured(
            Spread(tuple(one.rate for one in each)), Spread(tuple(one.cpu_us for one in each))
        )
        for of, each in found.items()
    }


def _table(mode: Mode, measured: Measurements, backlog: Backlog) -> Table:
    title, work = _WORK[mode]
    size = sum(len(value) for value in backlog.stage.values) / len(backlog.stage.values)
    ours = measured[mode, SCORER].rate
    there = [contestant for of, contestant in measured if of == mode]
    rows = [
        {
            "contestant": contestant.name,
            "events a second": measured[mode, contestant].rate.text(0),
            "scorer against it": f"{ours.against(measured[mode, contestant].rate):.2f}",
            "\u00b5s of a core an event": measured[mode, contestant].cpu_us.text(0),
        }
        for contestant in there
    ]
    bars = [(one.name, measured[mode, one].rate.median) for one in there]
    return Table(
        name=f"throughput-{mode}",
        title=title,
        about=f"{work}; a backlog of {backlog.count:,} applications of {size:,.0f} bytes "
        f"in {backlog.partitions} partitions, one process each; median (least to greatest)",
        rows=rows,
        chart=Chart(kind="bars", x="", y="events a second", series={title: bars}),
    )


def _figures(measured: Measurements) -> dict[str, float]:
    figures = {}
    for (mode, who), each in measured.items():
        figures[f"{mode}: {who.name}"] = each.rate.median
        figures[f"{mode}: {who.name}, us"] = each.cpu_us.median
        if who is not SCORER:
            ratio = measured[mode, SCORER].rate.against(each.rate)
            figures[f"{mode}: scorer / {who.name}"] = ratio
    return figures
