"""`reproduce`: whether a version comes out of its record again."""

import argparse
from pathlib import Path

from training.commands.arguments import Commands, mlflow_settings
from training.pipeline import Say
from training.reproduction import read_record, reproduce
from training.versions import Versions


def add_reproduce(commands: Commands) -> None:
    """Add the command `reproduce`."""
    parser = commands.add_parser(
        "reproduce",
        help="train a version again from its record",
        description="Train a version again; exit code 0 says that its trees are identical.",
    )
    add = parser.add_argument
    add("version", help="its number, or an alias")
    add("--data", type=Path, help="the Kaggle folder (default: where it was)")
    add("--histories", type=Path, help="the file of histories (default: where it was)")
    parser.set_defaults(command=_reproduce, alias=None)


def _reproduce(options: argparse.Namespace, say: Say) -> int:
    settings = mlflow_settings(options)
    version = Versions(settings).named(options.version)
    found = reproduce(read_record(settings, version), options.data, options.histories)
    for difference in found.differences:
        say(difference)
    words = "identical" if found.identical else "not identical"
    say(f"the trees of {settings.model_name} version {version}, trained again, are {words}")
    return 0 if found.identical else 1
