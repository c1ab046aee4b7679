import os
import re
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.local import kafka_jars
from deploy.local.kafka_jars import JAR_LIST, JarError, kafka_class_path

EMPTY_JAR_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class _Repository:
    """Hands out empty jars, or the error it was given."""

    def __init__(self, folder: Path, error: Exception | None = None) -> None:
        self._folder = folder
        self._error = error

    def create_dependency(self, coordinate: str) -> SimpleNamespace:
        return SimpleNamespace(artifact=SimpleNamespace(resolve=lambda: self._resolve(coordinate)))

    def _resolve(self, coordinate: str) -> Path:
        if self._error:
            raise self._error
        jar = self._folder / coordinate.replace(":", "-")
        jar.touch()
        return jar


def _pin(monkeypatch: pytest.MonkeyPatch, folder: Path, jars: Mapping[str, str]) -> None:
    jar_list = folder / "jars.toml"
    jar_list.write_text("[jars]\n" + "".join(f'"{n}" = "{h}"\n' for n, h in jars.items()))
    monkeypatch.setattr(kafka_jars, "JAR_LIST", jar_list)


def _serve(
    monkeypatch: pytest.MonkeyPatch, folder: Path, error: Exception | None = None
) -> list[int]:
    asked: list[int] = []

    def open_repository(**_: object) -> _Repository:
        asked.append(1)
        return _Repository(folder, error)

    monkeypatch.setattr(kafka_jars, "MavenContext", open_repository)
    return asked


def test_every_pinned_jar_has_coordinates_a_version_and_a_hash() -> None:
    jars = tomllib.loads(JAR_LIST.read_text())["jars"]

    assert "org.apache.kafka:kafka_2.13:4.1.0" in jars
    assert "org.apache.kafka:kafka-clients:4.1.0" in jars
    assert all(re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+", name) for name in jars)
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in jars.values())


def test_whoever_asks_at_once_shares_one_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pin(monkeypatch, tmp_path, {"g:a:1": EMPTY_JAR_SHA256, "g:b:2": EMPTY_JAR_SHA256})
    asked = _serve(monkeypatch, tmp_path)

    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(kafka_class_path, [tmp_path / "cache"] * 4))

    assert len(asked) == 1
    (path,) = paths
    jars = [Path(jar) for jar in path.split(os.pathsep)]
    assert [jar.name for jar in jars] == ["a-1.jar", "b-2.jar"]
    assert all(jar.exists() for jar in jars)


def test_a_jar_that_is_not_the_pinned_one_is_refused_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pin(monkeypatch, tmp_path, {"g:a:1": "0" * 64})
    _serve(monkeypatch, tmp_path)
    cache = tmp_path / "cache"

    with pytest.raises(JarError, match=f"g:a:1 has SHA-256 {EMPTY_JAR_SHA256}"):
        kafka_class_path(cache)
    assert [entry.name for entry in cache.iterdir()] == ["kafka.lock"]


def test_a_fetch_that_fails_names_the_jar_and_the_next_one_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pin(monkeypatch, tmp_path, {"g:a:1": EMPTY_JAR_SHA256})
    _serve(monkeypatch, tmp_path, ConnectionError("no route"))
    with pytest.raises(JarError, match="g:a:1 could not be fetched: no route"):
        kafka_class_path(tmp_path / "cache")

    _serve(monkeypatch, tmp_path)
    assert kafka_class_path(tmp_path / "cache").endswith("a-1.jar")


def test_the_cache_is_the_user_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    _pin(monkeypatch, tmp_path, {"g:a:1": EMPTY_JAR_SHA256})
    _serve(monkeypatch, tmp_path)

    assert Path(kafka_class_path()).is_relative_to(tmp_path / "creditstream")
