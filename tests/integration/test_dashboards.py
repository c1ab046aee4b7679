"""Every panel and the runbook on a real Prometheus that scrapes the real services under load."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.dashboards.__main__ import DASHBOARDS, main
from deploy.dashboards.panels import Panel, Query
from deploy.dashboards.series import Span, read
from tests.deployment import ROOT
from tests.exported import metrics_in
from tests.observed import JOBS, Observed, observed
from tests.prometheus import received
from tests.waiting import wait_until

_RATE_WINDOW = 20.0
_SECONDS = 60
_BASH = "bash"
_RUNBOOK = ROOT / "docs" / "runbook.md"


@pytest.fixture(scope="module")
def loaded(
    kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Observed, Span]]:
    with observed(kafka_bootstrap, tmp_path_factory.mktemp("observed")) as running:
        began = time.time()
        running.put_under_load()
        _wait_scraped(running)
        yield running, Span(began, time.time(), _RATE_WINDOW)


def _wait_scraped(running: Observed) -> None:
    """What was counted last, the outcomes, has been scraped for some seconds."""
    wait_until(
        lambda: running.prometheus.instant(
            "count_over_time((drift_monitor_labelled_applications > 0)[10s:1s]) >= 5"
        ),
        _SECONDS,
        "scrapes after the load",
    )


def test_every_panel_has_data_from_metrics_that_exist(loaded: tuple[Observed, Span]) -> None:
    running, span = loaded
    known, problems = running.prometheus.names(), []
    for board in DASHBOARDS:
        for panel in board.panels:
            for query in panel.queries:
                found = _found(running.prometheus.address, panel, query, span)
                unknown = metrics_in(query.expression) - known
                says = f"{board.title:14} {panel.title:34.34} {query.legend:30.30} {found:7}"
                print(says)  # noqa: T201 - the table is what this test is for
                if unknown or not found:
                    problems.append(f"{says} {sorted(unknown)}")
    assert problems == []


def _found(address: str, panel: Panel, query: Query, span: Span) -> int:
    series = read(address, dataclasses.replace(panel, queries=(query,)), span)
    return sum(one.finite for one in series)


def test_the_dashboards_are_drawn_from_it(loaded: tuple[Observed, Span], tmp_path: Path) -> None:
    address = loaded[0].prometheus.address
    assert main(["--draw", address, "--minutes", "2", "--out", str(tmp_path)]) == 0
    assert {path.stem for path in tmp_path.glob("*.png")} == {board.uid for board in DASHBOARDS}


def test_drift_under_load_is_told_to_alertmanager(loaded: tuple[Observed, Span]) -> None:
    running, _ = loaded
    wait_until(
        lambda: ("CreditstreamDrift", "") in running.prometheus.firing(), _SECONDS, "an alert"
    )
    wait_until(
        lambda: ("CreditstreamDrift", "") in received(running.alertmanager), _SECONDS, "its receipt"
    )


def test_every_command_of_the_runbook_runs(loaded: tuple[Observed, Span]) -> None:
    running, _ = loaded
    ports = {job: service.port for job, service in running.services.items()}
    places = {
        job.upper() if job != "query_api" else "API": f"http://127.0.0.1:{port}"
        for job, port in ports.items()
    }
    places["PROMETHEUS"] = running.prometheus.address
    blocks = re.findall(r"^```sh\n(.*?)^```", _RUNBOOK.read_text(), re.DOTALL | re.MULTILINE)
    commands = [block for block in blocks if "kcat" not in block or shutil.which("kcat")]
    script = "set -euo pipefail\n" + "\n".join(commands)
    for name, address in places.items():
        script = re.sub(rf"\b{name}=http://localhost:\d+", f"{name}={address}", script)
    told = subprocess.run(
        [_BASH, "-c", script],
        env=running.stage.environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-1_000:] + told.stderr[-2_000:]
    assert '"status":"error"' not in told.stdout
    assert told.stdout.count('"status":"success"') == script.count("\nask '") + 1


def test_a_service_that_cannot_be_scraped_is_shown_and_alerted(
    loaded: tuple[Observed, Span],
) -> None:
    running, _ = loaded
    running.services["explainer"].process.kill()
    wait_until(lambda: not running.prometheus.up()["explainer"], _SECONDS, "a failed scrape")
    assert {job for job, up in running.prometheus.up().items() if not up} == {"explainer"}
    down = ("CreditstreamServiceDown", "explainer")
    wait_until(lambda: received(running.alertmanager).get(down) == "active", _SECONDS, "an alert")
    scraped = next(
        panel for board in DASHBOARDS for panel in board.panels if panel.title == "Scraped"
    )
    now = Span(time.time() - 2, time.time(), _RATE_WINDOW)
    rows = read(running.prometheus.address, scraped, now)
    last = {series.name.split()[0]: series.values[-1] for series in rows}
    assert last == {**dict.fromkeys([*JOBS, "prometheus"], 1.0), "explainer": 0.0}
