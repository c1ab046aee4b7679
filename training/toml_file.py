"""The TOML files that steer a training run, read into what they must say."""

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from training.errors import BadInputError

T = TypeVar("T")


def read_toml(path: Path, kind: type[T], option: str) -> T:
    """What a file says.

    Args:
        path: the file.
        kind: what it must hold.
        option: the option that names the file, for who named one that is not there.

    Raises:
        BadInputError: names the file and what is wrong in it.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except FileNotFoundError as error:
        advice = f"give {option} a file that there is, or leave it out"
        raise BadInputError(f"{path}: no such file; {advice}") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path}: not UTF-8, save it as such: {error}") from error
    except (OSError, tomllib.TOMLDecodeError, msgspec.DecodeError) as error:
        raise BadInputError(f"{path}: {error}") from error
