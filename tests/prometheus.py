"""A real Prometheus, where one is installed, that scrapes services of a test."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.ports import free_port
from deploy.local.processes import LeashedProcess
from tests.waiting import wait_until

_START_SECONDS = 60


def tool(name: str) -> str:
    """Where a tool of Prometheus is; the test is skipped where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name}: install Debian's prometheus and prometheus-alertmanager")
    return found


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A server, and what it answers."""

    address: str

    def instant(self, expression: str) -> list[Any]:
        """The samples that a query gives now."""
        return self._result("query", {"query": expression})

    def over(self, expression: str, start: float, end: float, step: float) -> list[Any]:
        """The series that a query gives between two Unix times, both in seconds as is `step`."""
        span = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": str(step)}
        return self._result("query_range", {"query": expression, **span})

    def up(self) -> dict[str, bool]:
        """Whether each job could be scraped."""
        return {one["metric"]["job"]: one["value"][1] == "1" for one in self.instant("up")}

    def firing(self) -> set[str]:
        """The alerts that fire."""
        answer = httpx.get(f"{self.address}/api/v1/alerts", timeout=10).json()
        alerts = answer["data"]["alerts"]
        return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}

    def _result(self, path: str, query: Mapping[str, str]) -> list[Any]:
        answer = httpx.get(f"{self.address}/api/v1/{path}", params=dict(query), timeout=30).json()
        assert answer["status"] == "success", f"{query['query']}: {answer.get('error')}"
        result: list[Any] = answer["data"]["result"]
        return result


@contextmanager
def running_prometheus(
    targets: Mapping[str, int], folder: Path, *, rules: tuple[Path, ...] = (), interval: str = "1s"
) -> Iterator[Prometheus]:
    """A server that scrapes jobs at ports of this machine."""
    binary, port = tool("prometheus"), free_port()
    configuration = {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        "rule_files": [str(path) for path in rules],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{at}"]}]}
            for job, at in {**targets, "prometheus": port}.items()
        ],
    }
    file = folder / "prometheus.yml"
    file.write_text(json.dumps(configuration), encoding="utf-8")  # which YAML includes
    command = [
        binary,
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    server = Prometheus(f"http://127.0.0.1:{port}")
    log = folder / "prometheus.log"
    with LeashedProcess(command, log=log) as process:
        wait_until(lambda: _ready(server, process, log), _START_SECONDS, f"{log}: never ready")
        yield server


def _ready(server: Prometheus, process: LeashedProcess, log: Path) -> bool:
    assert process.exit_code is None, log.read_text()[-2_000:]
    try:
        return httpx.get(f"{server.address}/-/ready", timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
