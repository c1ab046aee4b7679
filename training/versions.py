"""The registered versions as people compare them: figures, origin, who put them into force."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion

from contracts.bundle import TREES_FILE, IncompatibleBundleError
from runtime.model_bundle import sha256
from runtime.settings import MlflowSettings
from training.record_files import BUNDLE

_RECORD_TAG = "record.sha256."
_KEPT = ("*.json", "*.parquet", "*.toml", f"{BUNDLE}/{TREES_FILE}")


class VersionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One registered version.

    Attributes:
        version: its number.
        aliases: that name it now.
        registered_at: RFC 3339, UTC.
        code: the commit that trained it; "+" where files differed.
        metrics: the figures of its run, by name.
        parameters: the settings of its run, by name.
        tags: fingerprints and versions.
        promoted_by: who last put it into force; None where nobody did.
        promoted_at: when.
        promoted_reason: why.
    """

    version: str
    aliases: tuple[str, ...]
    registered_at: str
    code: str | None
    metrics: dict[str, float]
    parameters: dict[str, str]
    tags: dict[str, str]
    promoted_by: str | None
    promoted_at: str | None
    promoted_reason: str | None


def record_tags(folder: Path) -> dict[str, str]:
    """A tag with the SHA-256 of each file of a record that decisions rest on later."""
    files = sorted(path for pattern in _KEPT for path in folder.glob(pattern))
    return {
        f"{_RECORD_TAG}{path.relative_to(folder).as_posix()}": sha256(path.read_bytes())
        for path in files
    }


def changed_files(tags: Mapping[str, str], name: str, path: Path) -> list[str]:
    """The files of a record that are not what the tags say; one without a tag cannot be told.

    Args:
        tags: of the version.
        name: of the file or folder in the record, "" for all of it.
        path: where it is now.
    """
    kept = {
        key.removeprefix(_RECORD_TAG): digest
        for key, digest in tags.items()
        if key.startswith(_RECORD_TAG)
    }
    if name in kept:
        return [] if sha256(path.read_bytes()) == kept[name] else [name]
    under = f"{name}/" if name else ""
    places = {file: path / file.removeprefix(under) for file in kept if file.startswith(under)}
    return [
        file
        for file, place in places.items()
        if not place.is_file() or sha256(place.read_bytes()) != kept[file]
    ]


class Versions:
    """Reads what the registry and the runs say of the versions of a model."""

    def __init__(self, settings: MlflowSettings) -> None:
        self._name = settings.model_name
        self._client = MlflowClient(tracking_uri=settings.tracking_uri)

    def all(self) -> list[VersionSummary]:
        """Every version, the newest first.

        Raises:
            MlflowException: no such model, or the registry is away.
        """
        aliases = self._aliases()
        found = self._client.search_model_versions(f"name='{self._name}'")
        numbered = sorted(found, key=lambda one: -int(one.version))
        return [self._summary(one, aliases.get(str(one.version), ())) for one in numbered]

    def one(self, version: str) -> VersionSummary:
        """One version; raises `MlflowException` where there is none."""
        found = self._client.get_model_version(self._name, version)
        return self._summary(found, self._aliases().get(version, ()))

    def named(self, version_or_alias: str) -> str:
        """The version that a number or an alias names.

        Raises:
            MlflowException: no such alias, no such model, or the registry is away.
        """
        if version_or_alias.isdecimal():
            return version_or_alias
        found = self._client.get_model_version_by_alias(self._name, version_or_alias)
        return str(found.version)

    @contextmanager
    def artifact(self, version: str, name: str) -> Iterator[Path]:
        """A file or folder of the version's run; it is gone afterwards.

        Raises:
            IncompatibleBundleError: the version came from no run, or it is not what was registered.
            MlflowException: its run has no such artifact, or the registry is away.
        """
        found = self._client.get_model_version(self._name, version)
        run_id = self._run_of(found)
        with TemporaryDirectory(prefix="creditstream-") as folder:
            path = Path(self._client.download_artifacts(run_id, name, folder))
            changed = changed_files(found.tags, name, path)
            if changed:
                raise IncompatibleBundleError(
                    f"{', '.join(changed)} of {self._name} version {version}: the SHA-256 is not "
                    "that of its registration"
                )
            yield path

    def has_run(self, version: str) -> bool:
        """Whether the version came from a run; raises `MlflowException` where there is none."""
        return bool(self._client.get_model_version(self._name, version).run_id)

    def run_id(self, version: str) -> str:
        """The run that a version came from.

        Raises:
            IncompatibleBundleError: it came from no run.
            MlflowException: no such version, or the registry is away.
        """
        return self._run_of(self._client.get_model_version(self._name, version))

    def _run_of(self, found: ModelVersion) -> str:
        if not found.run_id:
            raise IncompatibleBundleError(f"{self._name} version {found.version} came from no run")
        return str(found.run_id)

    def _aliases(self) -> dict[str, tuple[str, ...]]:
        aliases = self._client.get_registered_model(self._name).aliases
        found: dict[str, tuple[str, ...]] = {}
        for alias, version in sorted(aliases.items()):
            found[str(version)] = (*found.get(str(version), ()), alias)
        return found

    def _summary(self, found: ModelVersion, aliases: tuple[str, ...]) -> VersionSummary:
        run: Run | None = self._client.get_run(found.run_id) if found.run_id else None
        registered = dt.datetime.fromtimestamp(found.creation_timestamp / 1000, dt.UTC)
        return VersionSummary(
            version=str(found.version),
            aliases=aliases,
            registered_at=registered.isoformat(timespec="seconds"),
            code=found.tags.get("code_version"),
            metrics=dict(run.data.metrics) if run else {},
            parameters=dict(run.data.params) if run else {},
            tags=dict(found.tags),
            promoted_by=found.tags.get("promoted.by"),
            promoted_at=found.tags.get("promoted.at"),
            promoted_reason=found.tags.get("promoted.reason"),
        )
