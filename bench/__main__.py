"""Runs the benchmarks: `make bench`, or `make bench QUICK=1` for about ten minutes.

The full form writes bench/results and docs; the quick one var/bench/quick, and leaves those alone.
"""

import argparse
import datetime as dt
import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import rich.table
from confluent_kafka import KafkaException
from rich.console import Console

from bench.bounds import Judged, for_terminal, judge, read_bounds
from bench.capacity import write_capacity
from bench.material import material
from bench.page import write_page
from bench.places import Places, places
from bench.provenance import this_run
from bench.results import Result, Table, read_results, write_result
from bench.scale import FULL, QUICK, Scale
from bench.suite import BENCHMARKS, Benchmark, Surroundings

_MATERIAL = Path("var/bench")


_FAILURES = (
    RuntimeError,
    OSError,
    http.client.HTTPException,
    subprocess.CalledProcessError,
    KafkaException,
)
"""What ends a benchmark but not the others: a contestant, a service or Kafka that fails."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write results and page; 1 where a bound is missed or a benchmark failed."""
    options = _options(arguments)
    console, at = Console(), places(quick=options.quick)
    if options.page:
        _report(read_results(at.results), at, console)
        return 0
    chosen = [one for one in BENCHMARKS if not options.only or one.name in options.only]
    done: list[str] = []
    try:
        for measured in _measured(chosen, QUICK if options.quick else FULL, options.data, console):
            write_result(measured, at.results)
            done.append(measured.name)
    finally:  # what was measured before an interrupt is worth its page
        results = read_results(at.results)
        judged = _report({name: results[name] for name in done}, at, console)
    failed = [one.name for one in chosen if one.name not in done]
    if failed:
        console.print(f"failed, for the reasons above: {', '.join(failed)}", style="bold red")
    return int(bool(failed) or any(one.verdict == "missed" for one in judged))


def _report(measured: Mapping[str, Result], at: Places, console: Console) -> Sequence[Judged]:
    """Write the pages from all results that are there; print the bounds of those given."""
    bounds, results = read_bounds(), read_results(at.results)
    page = write_page(results, [one.name for one in BENCHMARKS], judge(bounds, results), at)
    console.print(f"written: {page}, {write_capacity(results, at)}", soft_wrap=True)
    judged = judge(bounds, measured)
    console.print(for_terminal(judged))
    return judged


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [one.name for one in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, fewer rounds")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="for histories and training: Kaggle's CSV, not synthetic ones",
    )
    parser.add_argument("--only", nargs="+", choices=names, help="some of them")
    parser.add_argument(
        "--page", action="store_true", help="measure nothing: write the page from the results"
    )
    return parser.parse_args(arguments)


def _measured(
    chosen: Sequence[Benchmark], scale: Scale, data: Path | None, console: Console
) -> Iterator[Result]:
    """Run benchmarks one after the other; those that fail give no result, and say why."""
    say = partial(_say, console)
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="creditstream-bench-"))
        )
        surroundings = Surroundings(material(_MATERIAL, say), folder, data, stack, say)
        for number, benchmark in enumerate(chosen, 1):
            say(f"{number} of {len(chosen)}: {benchmark.name}")
            try:
                result = _run(benchmark, surroundings, scale)
            except _FAILURES:
                console.print_exception(show_locals=False)
                continue
            for table in result.findings.tables:
                console.print(_for_terminal(table))
            yield result


def _run(benchmark: Benchmark, surroundings: Surroundings, scale: Scale) -> Result:
    began = time.monotonic()
    findings = benchmark.measure(surroundings, scale)
    seconds = time.monotonic() - began
    run = this_run(command=_command(scale), quick=scale.quick, seconds=seconds)
    return Result(name=benchmark.name, run=run, findings=findings)


def _say(console: Console, text: str) -> None:
    console.print(f"{dt.datetime.now(dt.UTC):%H:%M:%S} {text}", highlight=False, soft_wrap=True)


def _command(scale: Scale) -> str:
    given = " ".join(sys.argv[1:])
    whole = "make bench QUICK=1" if scale.quick else "make bench"
    return whole if given in ("", "--quick") else f"python -m bench {given}"


def _for_terminal(table: Table) -> rich.table.Table:
    drawn = rich.table.Table(title=table.title, caption=table.about)
    for name in table.rows[0]:
        drawn.add_column(name, justify="right")
    for row in table.rows:
        drawn.add_row(*row.values())
    return drawn


if __name__ == "__main__":
    raise SystemExit(main())
