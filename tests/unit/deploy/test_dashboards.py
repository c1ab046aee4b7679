import dataclasses
import json
import re
from pathlib import Path

import pytest

from deploy.dashboards import __main__ as command
from deploy.dashboards.__main__ import DASHBOARDS, main
from deploy.dashboards.flow import FLOW
from deploy.dashboards.grafana import DashboardError, to_json
from deploy.dashboards.panels import Dashboard, Panel, Query
from tests.deployment import DEPLOY, ROOT

PANELS = [(board, panel) for board in DASHBOARDS for panel in board.panels]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=lambda one: one.title)
def test_every_panel_says_how_it_is_read_and_leads_on(board: Dashboard, panel: Panel) -> None:
    assert panel.description.endswith("."), board.title
    section = panel.link.removeprefix("${docs}/runbook.md#")
    if section != panel.link:
        assert section in {one.lower() for one in re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)}
    else:
        assert panel.link.startswith("${cases}/applications")


def test_the_committed_files_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_grafana_gets_the_queries_units_and_links_of_every_panel() -> None:
    for board in DASHBOARDS:
        page = json.loads(to_json(board))
        assert page["uid"] == board.uid
        assert len({panel["id"] for panel in page["panels"]}) == len(board.panels)
        for told, panel in zip(page["panels"], board.panels, strict=True):
            assert [one["expr"] for one in told["targets"]] == [
                one.expression for one in panel.queries
            ]
            assert told["links"][0]["url"] == panel.link
            assert told["description"] == panel.description
            assert told["datasource"]["uid"] == "prometheus"


def test_the_source_of_the_data_is_the_provisioned_one() -> None:
    text = (DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text(encoding="utf-8")
    assert "uid: prometheus" in text


def test_a_check_names_what_is_missing_changed_or_of_no_dashboard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    assert main(["--check", "--out", str(tmp_path)]) == 0
    (tmp_path / "creditstream-flow.json").unlink()
    (tmp_path / "creditstream-drift.json").write_text("{}", encoding="utf-8")
    (tmp_path / "of-old.json").write_text("{}", encoding="utf-8")
    assert main(["--check", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert [re.split(r"[/:]", line)[-3:-1] for line in said] == [
        ["creditstream-flow.json", " missing"],
        ["creditstream-drift.json", " not current"],
        ["of-old.json", " of no dashboard"],
    ]


@pytest.mark.parametrize(
    ("broken", "lacking"),
    [
        ({"description": ""}, "description"),
        ({"link": ""}, "link"),
        ({"queries": ()}, "query"),
        ({"queries": (Query("up"), Query(""))}, "query"),
        ({"title": FLOW.panels[1].title}, "title of its own"),
    ],
)
def test_a_broken_generator_writes_nothing_and_names_the_panel(
    broken: dict[str, object],
    lacking: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    panel = dataclasses.replace(FLOW.panels[0], **broken)  # type: ignore[arg-type]
    board = dataclasses.replace(FLOW, panels=(panel, *FLOW.panels[1:]))
    with pytest.raises(DashboardError, match=re.escape(f"{panel.title!r} has no {lacking}")):
        to_json(board)
    monkeypatch.setattr(command, "DASHBOARDS", (*DASHBOARDS[1:], board))
    assert main(["--out", str(tmp_path)]) == 1
    assert panel.title in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
