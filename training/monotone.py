"""The directions in which features may move the risk, as a file says."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from training.errors import BadInputError
from training.toml_file import read_toml

DEFAULT_DIRECTIONS = Path(__file__).with_name("monotone.toml")


class Directions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Features by name or glob: those whose growth never lowers the risk, and never raises it."""

    rising: tuple[str, ...] = ()
    falling: tuple[str, ...] = ()

    def of(self, names: Sequence[str]) -> Mapping[str, int]:
        """1 or -1 for each of the features that has a direction.

        Raises:
            BadInputError: a feature is in both lists.
        """
        rising, falling = _fitting(names, self.rising), _fitting(names, self.falling)
        if both := sorted(rising & falling):
            raise BadInputError(f"monotone both ways: {', '.join(both)}")
        return {name: 1 if name in rising else -1 for name in names if name in rising | falling}


def read_directions(path: Path) -> Directions:
    """The directions of a file.

    Raises:
        BadInputError: names the file and what is wrong in it.
    """
    return read_toml(path, Directions, "--monotone")


def _fitting(names: Sequence[str], patterns: Sequence[str]) -> frozenset[str]:
    return frozenset(name for name in names if any(fnmatchcase(name, one) for one in patterns))
