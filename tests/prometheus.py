"""A real Prometheus, where one is installed, that scrapes services of a test."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
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
        query = {"query": expression}
        answer = httpx.get(f"{self.address}/api/v1/query", params=query, timeout=30).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        result: list[Any] = answer["data"]["result"]
        return result

    def up(self) -> dict[str, bool]:
        """Whether each job could be scraped."""
        return {one["metric"]["job"]: one["value"][1] == "1" for one in self.instant("up")}

    def names(self) -> set[str]:
        """Every metric that there is."""
        answer = httpx.get(f"{self.address}/api/v1/label/__name__/values", timeout=10).json()
        return set(answer["data"])

    def firing(self) -> set[tuple[str, str]]:
        """The alerts that fire, by name and service."""
        found = self.instant('ALERTS{alertstate="firing"}')
        labels = [one["metric"] for one in found]
        return {(one["alertname"], one.get("service", "")) for one in labels}


@contextmanager
def running_prometheus(
    targets: Mapping[str, int],
    folder: Path,
    *,
    rules: Sequence[Path] = (),
    alertmanager: str | None = None,
) -> Iterator[Prometheus]:
    """A server that scrapes jobs at ports of this machine every second."""
    binary, port = tool("prometheus"), free_port()
    configuration = {
        "global": {
            "scrape_interval": "1s",
            "evaluation_interval": "1s",
            "external_labels": {"docs": "http://docs"},
        },
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]
            if alertmanager
            else []
        },
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
        wait_until(lambda: _ready(server.address, process, log), _START_SECONDS, f"{log}: a start")
        yield server


@contextmanager
def running_alertmanager(configuration: Path, folder: Path) -> Iterator[str]:
    """A real Alertmanager by this configuration; gives its host and port."""
    place = f"127.0.0.1:{free_port()}"
    command = [
        tool("prometheus-alertmanager"),
        f"--config.file={configuration}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={place}",
        "--cluster.listen-address=",
    ]
    log = folder / "alertmanager.log"
    with LeashedProcess(command, log=log) as process:
        wait_until(lambda: _ready(f"http://{place}", process, log), _START_SECONDS, f"{log}: start")
        yield place


def received(alertmanager: str) -> dict[tuple[str, str], str]:
    """The alerts that it has, by name and service: `active` or `suppressed`."""
    alerts = httpx.get(f"http://{alertmanager}/api/v2/alerts", timeout=10).json()
    return {
        (one["labels"]["alertname"], one["labels"].get("service", "")): one["status"]["state"]
        for one in alerts
    }


def without_patience(rules: Path, folder: Path) -> Path:
    """A copy of a file of rules whose alerts fire at once."""
    text = re.sub(
        r"^(\s+for:) .*$", r"\1 0s", rules.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    copy = folder / rules.name
    copy.write_text(text, encoding="utf-8")
    return copy


def _ready(address: str, process: LeashedProcess, log: Path) -> bool:
    assert process.exit_code is None, log.read_text()[-2_000:]
    try:
        return httpx.get(f"{address}/-/ready", timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
