"""Which version was put into force, by whom, when and why; and which stood before. Pure."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from training.gate_rules import GateRules


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One move of an alias.

    Attributes:
        kind: forward to a version, or back to the one before.
        alias: that moved.
        version: that it names from then on.
        previous: that it named before; None where it named none.
        by: who moved it.
        at: when, RFC 3339.
        reason: why.
        findings: what the gate held against the version.
        override: why it was moved against the findings; None where there were none.
        rules: the bounds that the gate held the version against; None where it was not asked.
    """

    kind: Literal["promote", "rollback"]
    alias: str
    version: str
    previous: str | None
    by: str
    at: str
    reason: str
    findings: tuple[str, ...] = ()
    override: str | None = None
    rules: GateRules | None = None


def was_promoted(moves: Sequence[Move], version: str) -> bool:
    """Whether the gate has let the version through once, or was overridden for it."""
    return any(move.kind == "promote" and move.version == version for move in moves)


def version_before(moves: Sequence[Move], current: str) -> str | None:
    """The version that stood before the current one; a second rollback goes one further back.

    Where the alias was not left where the log says, somebody moved it by other means: what it was
    found at counts.

    Args:
        moves: of one alias, oldest first.
        current: that the alias names now.
    """
    standing: list[str] = []
    for move in moves:
        standing = _found_at(standing, move.previous)
        standing = (
            [*standing, move.version]
            if move.kind == "promote"
            else _found_at(standing, move.version)
        )
    standing = _found_at(standing, current)
    return standing[-2] if len(standing) > 1 else None


def _found_at(standing: Sequence[str], version: str | None) -> list[str]:
    """The versions that stood when the alias was found at this one."""
    if version is None:
        return []
    if version not in standing:
        return [*standing, version]
    last = len(standing) - list(reversed(standing)).index(version)
    return list(standing[:last])
