"""`settings.json` of a run: what it was asked and what it chose, so that it can be repeated."""

from pathlib import Path
from typing import Any

import msgspec

from training.options import TrainingOptions
from training.parameters import Recipe

SETTINGS_FILE = "settings.json"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked, and what fits the very same trees again to the same rows.

    Attributes:
        options: of the command; paths are those of the machine that ran it.
        recipe: of the final trees.
    """

    options: TrainingOptions
    recipe: Recipe


def encode_settings(settings: Settings) -> bytes:
    """As indented JSON."""
    return msgspec.json.format(msgspec.json.encode(settings, enc_hook=_plain), indent=2)


def decode_settings(content: bytes) -> Settings:
    """The settings of a run.

    Raises:
        msgspec.DecodeError: it is no such JSON, or of an older form.
    """
    return msgspec.json.decode(content, type=Settings, dec_hook=_path)


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _path(kind: type, value: Any) -> Path:
    if kind is Path:
        return Path(value)
    raise TypeError(f"no {kind.__name__} in JSON")
