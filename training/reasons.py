"""The reason catalogue: which features give which reason, in which words."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from contracts.bundle import ReasonGroup
from training.errors import BadInputError
from training.toml_file import read_toml

DEFAULT_CATALOGUE = Path(__file__).with_name("reason_catalogue.toml")


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    features: tuple[str, ...]


def read_catalogue(path: Path) -> tuple[ReasonGroup, ...]:
    """The groups of a file, in its order; their features are patterns yet.

    Raises:
        BadInputError: names the file and what is wrong in it.
    """
    entries = read_toml(path, dict[str, _Entry], "--reasons")
    return tuple(
        ReasonGroup(code=code, text=entry.text, features=entry.features)
        for code, entry in entries.items()
    )


def group_features(
    catalogue: Sequence[ReasonGroup], features: Sequence[str]
) -> tuple[ReasonGroup, ...]:
    """Every feature in exactly one group: the first whose patterns fit it; empty groups go.

    Raises:
        BadInputError: names the features that no group takes.
    """
    members: dict[str, list[str]] = {group.code: [] for group in catalogue}
    homeless: list[str] = []
    for feature in features:
        code = next((group.code for group in catalogue if _takes(group, feature)), None)
        (homeless if code is None else members[code]).append(feature)
    if homeless:
        raise BadInputError(f"no reason group takes {', '.join(homeless)}")
    return tuple(
        ReasonGroup(code=group.code, text=group.text, features=tuple(members[group.code]))
        for group in catalogue
        if members[group.code]
    )


def _takes(group: ReasonGroup, feature: str) -> bool:
    return any(fnmatchcase(feature, pattern) for pattern in group.features)
