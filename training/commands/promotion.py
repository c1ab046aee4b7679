"""`promote` and `rollback`: which version is in force."""

import argparse
import getpass
from pathlib import Path

from training.champion import Motive, promote, roll_back
from training.commands.arguments import Commands, add_alias, mlflow_settings
from training.pipeline import Say, tell_on_card
from training.policy import DEFAULT_POLICY, read_policy
from training.promotion import Promotions


def add_promote(commands: Commands) -> None:
    """Add the command `promote`."""
    parser = commands.add_parser("promote", help="put a registered version into force")
    parser.add_argument("version", help="the version's number")
    add_reason(parser)
    parser.add_argument(
        "--policy", type=Path, default=DEFAULT_POLICY, help="bounds of the gate (TOML)"
    )
    add_override(parser)
    parser.set_defaults(command=_promote)


def add_rollback(commands: Commands) -> None:
    """Add the command `rollback`."""
    parser = commands.add_parser("rollback", help="put the version before into force again")
    add_reason(parser)
    parser.add_argument(
        "--override",
        metavar="REASON",
        help="go back to a version that was never promoted, for this recorded reason",
    )
    parser.set_defaults(command=_rollback)


def add_reason(parser: argparse.ArgumentParser) -> None:
    """Ask who moves which alias, and why."""
    add_alias(parser, "the alias to move")
    add = parser.add_argument
    add("--reason", default="not given", help="why, for the record")
    add("--by", help="who, for the record (default: the user of this machine)")


def add_override(parser: argparse.ArgumentParser) -> None:
    """Let a person put a version into force that the gate refuses."""
    parser.add_argument(
        "--override", metavar="REASON", help="promote against the gate, for this recorded reason"
    )


def motive(options: argparse.Namespace, override: str | None = None) -> Motive:
    """Who moves the alias and why."""
    return Motive(by=options.by or _user(), reason=options.reason, override=override)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"


def _promote(options: argparse.Namespace, say: Say) -> int:
    settings = mlflow_settings(options)
    if Promotions(settings).champion() == options.version:
        say(f"{settings.model_name} version {options.version} is {settings.model_alias} already")
        return 0
    rules = read_policy(options.policy).gate
    who_and_why = motive(options, options.override)
    for words in promote(settings, options.version, who_and_why, rules).in_words:
        say(words)
    say(f"{settings.model_name} version {options.version} is {settings.model_alias}")
    tell_on_card(settings, options.version, say)
    return 0


def _rollback(options: argparse.Namespace, say: Say) -> int:
    settings = mlflow_settings(options)
    moved = roll_back(settings, motive(options, options.override))
    say(
        f"{settings.model_name} version {moved.version} is {settings.model_alias} again, "
        f"in place of {moved.previous}"
    )
    tell_on_card(settings, moved.version, say)
    return 0
