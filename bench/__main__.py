"""Runs the benchmarks: `make bench`, or `make bench QUICK=1` for fewer rounds."""

import argparse
import datetime as dt
import os
import platform
from pathlib import Path

from rich.console import Console

from bench.attributions import attributions
from bench.events import events
from bench.models import model

_PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_INTRODUCTION = """# Benchmarks

Written by `make bench`: every table was measured in one run, its alternatives in turn, and gives
medians. Ratios carry over to other machines, single figures do not.

"""


def main() -> int:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 rounds in place of 15")
    rounds = 3 if parser.parse_args().quick else 15
    console = Console()
    with console.status("a model of 700 trees"):
        booster = model()
    with console.status("attributions, then the steps of an event"):
        tables = [attributions(booster, rounds), events(rounds)]
    for table in tables:
        console.print(table.for_terminal())
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    when = f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine}, {rounds} rounds.\n\n"
    text = "\n\n".join(table.as_markdown() for table in tables)
    _PAGE.write_text(f"{_INTRODUCTION}{when}{text}\n")
    console.print(f"written: {_PAGE.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
