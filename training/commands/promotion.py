"""`promote`: which version is in force."""

import argparse

from training.commands.arguments import Commands, add_alias, mlflow_settings
from training.pipeline import Say
from training.register import promote


def add_promotion(commands: Commands) -> None:
    """Add the command `promote`."""
    parser = commands.add_parser("promote", help="put a registered version into force")
    parser.add_argument("version", help="the version's number")
    add_alias(parser, "the alias to move")
    parser.set_defaults(command=_promote)


def _promote(options: argparse.Namespace, say: Say) -> int:
    settings = mlflow_settings(options)
    promote(settings, options.version)
    say(f"{settings.model_name} version {options.version} is {settings.model_alias}")
    return 0
