"""Runs the benchmarks: `make bench`, or `make bench QUICK=1` for about ten minutes."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import rich.table
from rich.console import Console

from bench.bounds import for_terminal, judge, read_bounds
from bench.capacity import write_capacity
from bench.material import material
from bench.page import write_page
from bench.provenance import this_run
from bench.results import Result, Table, read_results, write_result
from bench.scale import FULL, QUICK, Scale
from bench.suite import BENCHMARKS, Benchmark, Surroundings

_MATERIAL = Path("var/bench")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write results and page; 1 where a bound is missed."""
    options = _options(arguments)
    console = Console()
    chosen = [one for one in BENCHMARKS if not options.only or one.name in options.only]
    scale = QUICK if options.quick else FULL
    measured = _measure(chosen, scale, options.data, console) if not options.page else []
    results = read_results()
    judged = judge(read_bounds(), {one: results[one] for one in measured})
    shown = judge(read_bounds(), results)
    page = write_page(results, [one.name for one in BENCHMARKS], shown)
    console.print(f"written: {page}, {write_capacity(results)}")
    console.print(for_terminal(shown if options.page else judged))
    return int(any(one.verdict == "missed" for one in judged))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [one.name for one in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer rounds")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="for histories: Kaggle's CSV, not synthetic ones",
    )
    parser.add_argument("--only", nargs="+", choices=names, help="some of them")
    parser.add_argument(
        "--page", action="store_true", help="measure nothing: write the page from the results"
    )
    return parser.parse_args(arguments)


def _measure(
    chosen: Sequence[Benchmark], scale: Scale, data: Path | None, console: Console
) -> list[str]:
    """Run benchmarks one after the other; each one's result is on disk before the next begins."""
    done = []
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="creditstream-bench-"))
        )
        made = material(_MATERIAL, console.print)
        surroundings = Surroundings(made, folder, data, stack)
        for benchmark in chosen:
            began = time.monotonic()
            with console.status(benchmark.name):
                findings = benchmark.measure(surroundings, scale)
            seconds = time.monotonic() - began
            run = this_run(command=_command(scale), quick=scale.quick, seconds=seconds)
            write_result(Result(name=benchmark.name, run=run, findings=findings))
            for table in findings.tables:
                console.print(_for_terminal(table))
            done.append(benchmark.name)
    return done


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
