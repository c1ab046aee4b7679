"""Trains a registered version again from its record and holds the trees against each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from contracts.bundle import TREES_FILE, IncompatibleBundleError
from runtime.settings import MlflowSettings
from training.dataset import choose_features
from training.errors import BadInputError
from training.loading import Loaded, load
from training.options import TrainingOptions
from training.provenance import Origin, differences, fingerprints, origin
from training.record_files import BUNDLE, INPUTS_FILE, ORIGIN_FILE
from training.settings import SETTINGS_FILE, Settings, decode_settings
from training.train import fit, screen
from training.versions import Versions


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a version's run kept of how it was made."""

    settings: Settings
    inputs: Mapping[str, str]
    origin: Origin
    trees: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Whether the trees came out the same, and what differs of code and libraries."""

    identical: bool
    differences: tuple[str, ...]


def read_record(settings: MlflowSettings, version: str) -> Recorded:
    """The record of a version.

    Raises:
        IncompatibleBundleError: the version came from no run, or its record from other code.
        MlflowException: no such version or record, or the registry is away.
    """
    versions = Versions(settings)

    def content(name: str) -> bytes:
        with versions.artifact(version, name) as path:
            return path.read_bytes()

    try:
        return Recorded(
            settings=decode_settings(content(SETTINGS_FILE)),
            inputs=msgspec.json.decode(content(INPUTS_FILE), type=dict[str, str]),
            origin=msgspec.json.decode(content(ORIGIN_FILE), type=Origin),
            trees=content(f"{BUNDLE}/{TREES_FILE}").decode(),
        )
    except msgspec.DecodeError as error:
        raise IncompatibleBundleError(f"the record of version {version}: {error}") from error


def reproduce(recorded: Recorded, data: Path | None, histories: Path | None) -> Reproduction:
    """Fit the trees again by the recorded recipe.

    Args:
        recorded: the record of a version.
        data: where the Kaggle folder is now; None takes the recorded place.
        histories: where the file of histories is now.

    Raises:
        BadInputError: the data are not those of the record; names the files.
    """
    loaded = load(_options(recorded.settings.options, data, histories))
    _check_inputs(recorded.inputs, loaded)
    rows = loaded.dataset.model_rows(choose_features(loaded.dataset, with_protected=False))
    recipe = recorded.settings.recipe
    booster = fit(rows.only(screen(rows, recipe.plan)), recipe.plan, recipe.choice)
    same = booster.model_to_string() == recorded.trees
    return Reproduction(same, differences(_facts(recorded.origin), _facts(origin("nobody"))))


def _facts(found: Origin) -> dict[str, str]:
    plain = {"code": found.code, "python": found.python, "machine": found.machine}
    return {**plain, **found.libraries}


def _options(
    options: TrainingOptions, data: Path | None, histories: Path | None
) -> TrainingOptions:
    """The recorded options, with the files where they are now, and without writing any."""
    held_out = options.hold_out and msgspec.structs.replace(options.hold_out, ids=None)
    return msgspec.structs.replace(
        options,
        data=data or options.data,
        histories=histories or options.histories,
        hold_out=held_out,
    )


def _check_inputs(recorded: Mapping[str, str], loaded: Loaded) -> None:
    found = differences(recorded, fingerprints(loaded.files))
    if found:
        raise BadInputError(f"these are not the data of the record: {'; '.join(found)}")
