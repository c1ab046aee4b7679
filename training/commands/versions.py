"""`list`, `show` and `compare`: what the registered versions are worth."""

import argparse
from collections.abc import Sequence

import msgspec

from training.commands.arguments import Commands, add_alias, mlflow_settings
from training.comparing import compare_versions
from training.evaluate import Interval
from training.pipeline import Say
from training.promotion import Promotions
from training.promotion_log import Move
from training.versions import Versions, VersionSummary

_HEADER = ("version", "alias", "registered", "AUC", "ECE", "code", "promoted", "by")
_COMMIT = 8


def add_versions(commands: Commands) -> None:
    """Add the commands that read the registry."""
    listing = commands.add_parser("list", help="the registered versions, the newest first")
    listing.set_defaults(command=_list)
    showing = commands.add_parser("show", help="one version: figures, settings, promotions")
    showing.add_argument("version", help="its number, or an alias")
    showing.set_defaults(command=_show)
    comparing = commands.add_parser("compare", help="two versions on the same applicants")
    comparing.add_argument("first", help="a number or an alias")
    comparing.add_argument("second", help="a number or an alias")
    comparing.set_defaults(command=_compare)
    for parser in (listing, showing, comparing):
        parser.add_argument("--json", action="store_true", help="for programs")
        add_alias(parser, "the alias whose promotions are told")


def _list(options: argparse.Namespace, say: Say) -> int:
    found = Versions(mlflow_settings(options)).all()
    say(_json(found) if options.json else _table([_HEADER, *(_row(one) for one in found)]))
    return 0


def _row(one: VersionSummary) -> tuple[str, ...]:
    return (
        one.version,
        ", ".join(one.aliases),
        one.registered_at[:16],
        _figure(one.metrics, "auc"),
        _figure(one.metrics, "ece"),
        (one.code or "")[:_COMMIT] + ("+" if (one.code or "").endswith("+") else ""),
        (one.promoted_at or "")[:16],
        one.promoted_by or "",
    )


def _figure(metrics: dict[str, float], name: str) -> str:
    return f"{metrics[name]:.4f}" if name in metrics else ""


class _Shown(msgspec.Struct, frozen=True):
    summary: VersionSummary
    promotions: tuple[Move, ...]


def _show(options: argparse.Namespace, say: Say) -> int:
    settings = mlflow_settings(options)
    versions = Versions(settings)
    summary = versions.one(versions.named(options.version))
    moves = Promotions(settings).moves()
    told = tuple(one for one in moves if summary.version in {one.version, one.previous})
    if options.json:
        say(_json(_Shown(summary, told)))
        return 0
    facts = {
        "version": summary.version,
        "aliases": ", ".join(summary.aliases) or "none",
        "registered": summary.registered_at,
        **{name: f"{value:.6g}" for name, value in sorted(summary.metrics.items())},
        **dict(sorted(summary.parameters.items())),
        **dict(sorted(summary.tags.items())),
    }
    say(_table(list(facts.items())))
    for move in told:
        say(_told(move))
    return 0


def _told(move: Move) -> str:
    way = "promoted" if move.kind == "promote" else "rolled back"
    against = f"; against the gate: {move.override} ({'; '.join(move.findings)})"
    return (
        f"{move.at}: {move.alias} {way} from {move.previous or 'none'} to {move.version} "
        f"by {move.by}: {move.reason}{against if move.override else ''}"
    )


def _compare(options: argparse.Namespace, say: Say) -> int:
    settings = mlflow_settings(options)
    versions = Versions(settings)
    first, second = versions.named(options.first), versions.named(options.second)
    found = compare_versions(settings, first, second)
    if options.json:
        say(_json(found))
        return 0
    say(
        f"on {found.rows:,} applicants, each scored out of fold:\n"
        f"version {first}: AUC {found.champion}\n"
        f"version {second}: AUC {found.challenger}\n"
        f"version {second} less version {first}: {found.difference}: {_meaning(found.difference)}"
    )
    return 0


def _meaning(difference: Interval) -> str:
    if difference.low > 0:
        return "better"
    return "worse" if difference.high < 0 else "no difference that these rows could show"


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
