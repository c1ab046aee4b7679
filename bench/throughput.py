"""The whole scorer against a bare loop and other frameworks: one Kafka, one backlog, one model."""

from collections.abc import Mapping

from bench.backlogs import make_backlog
from bench.contest import Backlog, drain
from bench.contestants import CONTESTANTS, SCORER, Contestant
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
    "pass": ("Records passed through", "consume, produce, commit"),
}

_NOTE = (
    "Faust's agent takes events one by one, as its documentation has it. Quix Streams, "
    "Bytewax, FastStream and Pathway work on batches by the means that each offers, and "
    "score by the same functions as the scorer and the bare loop. The latter commits and "
    "waits for its output, but survives no error and no rebalance. Bytewax and Pathway "
    "keep their place by themselves instead of in a consumer group."
)

Rates = Mapping[tuple[Mode, Contestant], Spread]


def measure(stage: Stage, scale: Scale) -> Findings:
    """Every contestant in turn, round by round; its output is checked before its time counts.

    Raises:
        ContestantFailedError: one did not do its work.
        WrongOutputError: one did other work.
    """
    backlog = make_backlog(stage, "contest-", scale.backlog, _PARTITIONS)
    rates = _rates(backlog, scale)
    return Findings(
        tables=[_table(mode, rates, backlog) for mode in _WORK],
        figures=_figures(rates),
        notes=[_NOTE],
    )


def _rates(backlog: Backlog, scale: Scale) -> Rates:
    found: dict[tuple[Mode, Contestant], list[float]] = {}
    for number in range(scale.rounds):
        order = CONTESTANTS if number % 2 == 0 else tuple(reversed(CONTESTANTS))
        for contestant in order:
            for mode in _WORK:
                drained = drain(backlog, contestant, mode, scale.window)
                found.setdefault((mode, contestant), []).append(drained.rate)
    return {of: Spread(tuple(each)) for of, each in found.items()}


def _table(mode: Mode, rates: Rates, backlog: Backlog) -> Table:
    title, work = _WORK[mode]
    size = sum(len(value) for value in backlog.stage.values) / len(backlog.stage.values)
    ours = rates[mode, SCORER]
    rows = [
        {
            "contestant": contestant.name,
            "events a second": rates[mode, contestant].text(0),
            "scorer against it": f"{ours.against(rates[mode, contestant]):.2f}",
        }
        for contestant in CONTESTANTS
    ]
    bars = [(contestant.name, rates[mode, contestant].median) for contestant in CONTESTANTS]
    return Table(
        name=f"throughput-{mode}",
        title=title,
        about=f"{work}; a backlog of {backlog.count:,} applications of {size:,.0f} bytes "
        f"in {backlog.partitions} partitions, one process each; median (least to greatest)",
        rows=rows,
        chart=Chart(kind="bars", x="", y="events a second", series={title: bars}),
    )


def _figures(rates: Rates) -> dict[str, float]:
    figures = {f"{mode}: {who.name}": each.median for (mode, who), each in rates.items()}
    for (mode, who), each in rates.items():
        if who is not SCORER:
            figures[f"{mode}: scorer / {who.name}"] = rates[mode, SCORER].against(each)
    return figures
