"""Rules, routes and the runbook held against each other and against the metrics there are."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from deploy.dashboards.__main__ import DASHBOARDS
from tests.deployment import DEPLOY, ROOT
from tests.exported import exported_metrics, metrics_in
from tests.observed import JOBS
from tests.prometheus import tool

RULES = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
TRIALS = sorted((DEPLOY / "prometheus" / "tests").glob("*.yml"))
CONFIGURATION = DEPLOY / "prometheus" / "prometheus.yml"
ALERTMANAGER = DEPLOY / "alertmanager" / "alertmanager.yml"
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def rules() -> list[dict[str, Any]]:
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RULES]
    return [rule for one in documents for group in one["groups"] for rule in group["rules"]]


ALERTS = [rule for rule in rules() if "alert" in rule]
NAMES = sorted({rule["alert"] for rule in ALERTS})


def section(name: str) -> str:
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", RUNBOOK, re.DOTALL | re.MULTILINE)
    assert found is not None, f"docs/runbook.md has no section {name}"
    return found[1]


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels']}")
def test_an_alert_says_how_grave_it_is_what_is_wrong_and_where_to_read_on(
    rule: dict[str, Any],
) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    address = f"{{{{ $externalLabels.docs }}}}/runbook.md#{rule['alert'].lower()}"
    assert rule["annotations"]["runbook_url"] == address


@pytest.mark.parametrize("name", NAMES)
def test_the_runbook_says_what_an_alert_means_what_to_look_at_and_what_to_do(name: str) -> None:
    words = section(name)
    assert all(part in words for part in ("**Means.**", "**Look at**", "**Do"))
    assert "```sh" in words


def test_the_runbook_has_no_section_of_an_alert_that_is_gone() -> None:
    assert sorted(re.findall(r"^## (Creditstream\w+)$", RUNBOOK, re.MULTILINE)) == NAMES


def test_every_metric_of_rules_panels_and_runbook_exists() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    expressions = [
        *(rule["expr"] for rule in rules()),
        *(
            one.expression
            for board in DASHBOARDS
            for panel in board.panels
            for one in panel.queries
        ),
        *re.findall(r"^ask '(.*)'$", RUNBOOK, re.MULTILINE),
    ]
    known = exported_metrics() | recorded | {"ALERTS"}
    assert sorted({name for one in expressions for name in metrics_in(one)} - known) == []


def test_the_jobs_that_panels_and_alerts_are_tried_on_are_those_that_are_scraped() -> None:
    configuration = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    scraped = {one["job_name"] for one in configuration["scrape_configs"]}
    assert scraped == {*JOBS, "prometheus"}
    assert configuration["global"]["external_labels"].keys() == {"docs"}


def test_promtool_takes_configuration_and_rules() -> None:
    checked = subprocess.run(
        [tool("promtool"), "check", "config", CONFIGURATION], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr.decode()


@pytest.mark.parametrize("trial", TRIALS, ids=lambda path: path.stem)
def test_every_alert_fires_and_is_silent_as_its_trial_says(trial: Any) -> None:
    ran = subprocess.run(
        [tool("promtool"), "test", "rules", trial], capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stdout.decode() + ran.stderr.decode()


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels']}")
def test_every_alert_is_tried_firing_and_silent(rule: dict[str, Any]) -> None:
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in TRIALS]
    tried = [
        one["exp_alerts"]
        for document in documents
        for test in document["tests"]
        for one in test["alert_rule_test"]
        if one["alertname"] == rule["alert"]
    ]
    severities = {alert["exp_labels"]["severity"] for alerts in tried for alert in alerts}
    assert rule["labels"]["severity"] in severities
    assert [] in tried


def test_alertmanager_takes_its_configuration() -> None:
    checked = subprocess.run(
        [tool("amtool"), "check-config", ALERTMANAGER], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout.decode() + checked.stderr.decode()


@pytest.mark.parametrize(("severity", "receiver"), [("page", "pager"), ("ticket", "tickets")])
def test_pages_and_tickets_go_their_ways(severity: str, receiver: str) -> None:
    routed = subprocess.run(
        [
            *(tool("amtool"), "config", "routes", "test"),
            *(f"--config.file={ALERTMANAGER}", f"severity={severity}"),
        ],
        capture_output=True,
        check=True,
    )
    assert routed.stdout.decode().strip() == receiver


def test_alerts_are_inhibited_by_alerts_that_exist() -> None:
    text = ALERTMANAGER.read_text(encoding="utf-8")
    assert set(re.findall(r"Creditstream\w+", text)) <= set(NAMES)
