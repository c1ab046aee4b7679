"""`histories` and `dictionary`: the features of the six tables, and what each means."""

import argparse
import datetime as dt
from pathlib import Path

from training.commands.arguments import Commands, add_folder, allowances, time
from training.dictionary import dictionary
from training.errors import BadInputError
from training.histories.aggregation import HISTORY_FEATURES
from training.loading import histories_to_file, notes_on_tables
from training.pipeline import Say


def add_histories(commands: Commands) -> None:
    """Add the command `histories`."""
    parser = commands.add_parser("histories", help="write every applicant's history")
    add_folder(parser)
    add = parser.add_argument
    add("--out", type=Path, required=True, help="the Parquet file to write")
    add("--as-of", type=time, default=dt.datetime.now(dt.UTC), help="default: now")
    parser.set_defaults(command=_histories)


def add_dictionary(commands: Commands) -> None:
    """Add the command `dictionary`."""
    parser = commands.add_parser("dictionary", help="write the meaning of every history feature")
    parser.add_argument("--out", type=Path, default=Path("docs/features.md"))
    parser.set_defaults(command=_dictionary)


def _histories(options: argparse.Namespace, say: Say) -> int:
    allow = allowances(options)
    for note in notes_on_tables(options.data, allow):
        say(note)
    found = histories_to_file(options.engine, options.data, options.out, options.as_of, allow)
    say(
        f"{options.out}: {len(found.ids):,} applicants, {int(found.known.sum()):,} with a history, "
        f"{found.features.shape[1]} features; {found.strangers:,} others are in the tables alone"
    )
    return 0


def _dictionary(options: argparse.Namespace, say: Say) -> int:
    if not options.out.parent.is_dir():
        folder = options.out.parent
        raise BadInputError(f"{options.out}: no folder {folder}; make it, or name another --out")
    options.out.write_text(dictionary(), encoding="utf-8")
    say(f"{options.out}: {len(HISTORY_FEATURES)} features")
    return 0
