"""A PostgreSQL server of the installed binaries, for machines without a Docker daemon."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import LeashedProcess
from tests.waiting import wait_until

_PACKAGED = Path("/usr/lib/postgresql")  # where Debian puts them, off the path
_OWNER = "postgres"  # the server refuses to be root's
_SECONDS = 30


def installed_binaries() -> Path | None:
    """The folder of the newest installed server; None where there is none."""
    on_path = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    packaged = sorted(_PACKAGED.glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    return next(iter([*on_path, *(one.parent for one in reversed(packaged))]), None)


@contextlib.contextmanager
def installed_postgres(binaries: Path) -> Iterator[str]:
    """A server with a database of its own, ready; yields its SQLAlchemy address.

    It keeps nothing: what it writes is not even forced onto the disk.
    """
    port, as_owner = free_port(), _as_owner()
    with tempfile.TemporaryDirectory(prefix="creditstream-postgres-") as folder:
        if as_owner:
            shutil.chown(folder, _OWNER)
        made = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        subprocess.run(
            [*as_owner, binaries / "initdb", f"--username={_OWNER}", *made, f"{folder}/data"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        server = ["-D", f"{folder}/data", "-h", LOOPBACK, "-p", str(port), "-k", "", "-F"]
        log = Path(folder) / "server.log"
        with LeashedProcess([*as_owner, str(binaries / "postgres"), *server], log=log) as process:
            address = f"postgresql://{_OWNER}@{LOOPBACK}:{port}/{_OWNER}"
            wait_until(
                lambda: process.exit_code is not None or _answers(address),
                _SECONDS,
                f"PostgreSQL is silent at {address}",
            )
            assert process.exit_code is None, log.read_text()[-2_000:]
            yield address.replace("postgresql:", "postgresql+psycopg:")


def _as_owner() -> list[str]:
    """How a command is run as another user where we are root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_OWNER}", f"--regid={_OWNER}", "--clear-groups", "--"]


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
