"""The record of a run as the card reads it, from the run's own files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from contracts.bundle import MANIFEST_FILE, BundleManifest, IncompatibleBundleError
from training.costs import Cost
from training.evaluation import EVALUATION_FILE, Evaluation, decode_evaluation
from training.importance import IMPORTANCE_FILE, Importance
from training.promotion_log import Move
from training.provenance import Origin
from training.record_files import (
    BUNDLE,
    COSTS_FILE,
    INPUTS_FILE,
    NOTES_FILE,
    ORIGIN_FILE,
    PICTURES,
)
from training.settings import SETTINGS_FILE, Settings, decode_settings


@dataclass(frozen=True, slots=True)
class CardRecord:
    """Everything that a card tells.

    Attributes:
        name: the registered model.
        version: its number; None before it is registered.
        manifest: of the bundle.
        evaluation: on rows out of fold.
        importance: what drives the model.
        costs: what restrictions of the model cost; empty where none were measured.
        settings: asked and chosen.
        inputs: the SHA-256 of each file that was read.
        origin: who trained it with what.
        notes: on the data.
        moves: promotions that concern the version, oldest first.
        pictures: PNG files by name.
    """

    name: str
    version: str | None
    manifest: BundleManifest
    evaluation: Evaluation
    importance: Importance
    costs: Sequence[Cost]
    settings: Settings
    inputs: Mapping[str, str]
    origin: Origin
    notes: Sequence[str]
    moves: Sequence[Move]
    pictures: Mapping[str, bytes]


def read_card_record(
    folder: Path, name: str, version: str | None = None, moves: Sequence[Move] = ()
) -> CardRecord:
    """The record in the folder of a run.

    Raises:
        IncompatibleBundleError: it was written by another version of this code.
        FileNotFoundError: a file of it is missing.
    """
    try:
        return CardRecord(
            name=name,
            version=version,
            manifest=_json(folder / BUNDLE / MANIFEST_FILE, BundleManifest),
            evaluation=decode_evaluation((folder / EVALUATION_FILE).read_bytes()),
            importance=_json(folder / IMPORTANCE_FILE, Importance),
            costs=_json(folder / COSTS_FILE, tuple[Cost, ...]),
            settings=decode_settings((folder / SETTINGS_FILE).read_bytes()),
            inputs=_json(folder / INPUTS_FILE, dict[str, str]),
            origin=_json(folder / ORIGIN_FILE, Origin),
            notes=(folder / NOTES_FILE).read_text(encoding="utf-8").splitlines(),
            moves=moves,
            pictures={
                path.stem: path.read_bytes() for path in sorted((folder / PICTURES).glob("*.png"))
            },
        )
    except msgspec.DecodeError as error:
        raise IncompatibleBundleError(f"{folder}: {error}") from error


def _json(path: Path, kind: Any) -> Any:
    return msgspec.json.decode(path.read_bytes(), type=kind)
