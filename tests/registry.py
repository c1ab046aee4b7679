"""A model registry on disk that holds the tiny model of `tests.builders`."""

from pathlib import Path

from mlflow import MlflowClient

from contracts.bundle import DIGEST_TAG, MANIFEST_FILE, BundleManifest
from runtime.model_bundle import sha256
from runtime.settings import MlflowSettings
from tests.builders import a_bundle


def a_registry(folder: Path) -> MlflowSettings:
    """An MLflow registry in a folder that holds the tiny model as champion."""
    settings = MlflowSettings(tracking_uri=f"sqlite:///{folder}/mlflow.db", poll_seconds=0.2)
    a_champion(settings, folder / "bundle-1")
    return settings


def a_champion(
    settings: MlflowSettings,
    folder: Path,
    manifest: BundleManifest | None = None,
    seed: int = 7,
) -> str:
    """Write a bundle to a folder, register it and move the alias to it; returns its version."""
    a_bundle(folder, manifest, seed)
    client = MlflowClient(tracking_uri=settings.tracking_uri)
    if not client.search_registered_models(f"name='{settings.model_name}'"):
        client.create_registered_model(settings.model_name)
    tags = {DIGEST_TAG: sha256((folder / MANIFEST_FILE).read_bytes())}
    source = folder.absolute().as_uri()
    version = client.create_model_version(settings.model_name, source, tags=tags).version
    client.set_registered_model_alias(settings.model_name, settings.model_alias, version)
    return str(version)
