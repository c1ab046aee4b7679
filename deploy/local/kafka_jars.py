"""Where the local Kafka's jars come from: a list pinned by hash, fetched once into a cache."""

import contextlib
import fcntl
import hashlib
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo
from jgo.maven import MavenContext

JAR_LIST = Path(__file__).with_name("kafka_jars.toml")
_ROOTS = (  # kafka-clients is named because jgo alone resolves an older one
    "org.apache.kafka:kafka_2.13:4.1.0+org.apache.kafka:kafka-clients:4.1.0"
    "+org.apache.logging.log4j:log4j-slf4j-impl:2.24.3+org.apache.logging.log4j:log4j-core:2.24.3"
)


class JarError(RuntimeError):
    """A jar could not be fetched, or is not the one that was pinned."""


def kafka_class_path(cache: Path | None = None) -> str:
    """The class path of Kafka, every jar fetched and checked by the first who asks.

    Safe when several processes ask at once: one fetches, the others wait, and a folder under its
    final name is always complete. Without a cache folder the user's own is taken.

    Raises:
        JarError: A jar could not be fetched, or its hash differs from the list.
    """
    pinned = JAR_LIST.read_bytes()
    jars = tomllib.loads(pinned.decode())["jars"]
    cache = cache or _user_cache()
    folder = cache / f"kafka-{hashlib.sha256(pinned).hexdigest()[:12]}"
    if not folder.exists():
        with _exclusive(cache / "kafka.lock"):
            if not folder.exists():
                _fetch_all(jars, folder)
    return os.pathsep.join(str(folder / _file_name(coordinate)) for coordinate in jars)


def write_jar_list() -> None:
    """Resolve the root artifacts anew and pin what they need."""
    artifacts = {f"{a.groupId}:{a.artifactId}:{a.version}": a for a in jgo.resolve(_ROOTS)}
    lines = [f'"{name}" = "{_sha256(artifacts[name].resolve())}"' for name in sorted(artifacts)]
    head = (
        "# Apache Kafka and all it needs, by SHA-256: `python -m deploy.local.kafka_jars` writes it"
    )
    JAR_LIST.write_text("\n".join([head, "[jars]", *lines, ""]))


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "creditstream"


@contextlib.contextmanager
def _exclusive(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # let go by the system when we end, however that is
        yield


def _fetch_all(jars: Mapping[str, str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        repository = MavenContext(repo_cache=Path(temporary) / "repository", timeout=60)
        complete = Path(temporary) / "complete"
        complete.mkdir()

        def fetch(coordinate: str, sha256: str) -> None:
            _fetch(repository, coordinate, sha256).rename(complete / _file_name(coordinate))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(fetch, jars.keys(), jars.values()))
        complete.rename(folder)


def _fetch(repository: MavenContext, coordinate: str, sha256: str) -> Path:
    try:
        jar = Path(repository.create_dependency(coordinate).artifact.resolve())
    except (
        OSError,
        RuntimeError,
    ) as error:  # requests' errors are OSErrors, jgo's are RuntimeErrors
        raise JarError(f"{coordinate} could not be fetched: {error}") from error
    if (found := _sha256(jar)) != sha256:
        raise JarError(f"{coordinate} has SHA-256 {found}, {JAR_LIST.name} says {sha256}")
    return jar


def _sha256(jar: Path) -> str:
    with jar.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _file_name(coordinate: str) -> str:
    _, artifact, version = coordinate.split(":")
    return f"{artifact}-{version}.jar"


if __name__ == "__main__":
    write_jar_list()
