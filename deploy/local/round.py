"""The bounded round: publish, wait for conditions, check everything, say what was shown."""

import httpx
from rich.progress import track
from rich.table import Table

from deploy.local.once import Finding, came_true, findings, latencies
from deploy.local.outcomes import publish_outcomes
from deploy.local.poison import POISON
from deploy.local.publisher import DRIFT, DRIFTED_COLUMN, publish_poison
from deploy.local.running import Running
from drift_monitor.performance.show import screen

CLEAN, DRIFTED = 2_000, 3_000
_RATE = 200.0
_PATIENCE = 150.0  # seconds for any one condition
_WINDOW = 1_000


def run_round(running: Running) -> int:
    """Publish and check; 0 when all was shown, else 1."""
    _publish_clean(running)
    clean_windows = len(running.tally.reports)
    _publish_drifted(running)
    summary = publish_outcomes(running, _PATIENCE)
    shown = findings(
        running.tally,
        clean=CLEAN,
        drifted=DRIFTED,
        clean_windows=clean_windows,
        stored=_stored(running),
        column=DRIFTED_COLUMN,
    )
    shown.append(came_true(summary))
    for line in screen(summary):
        running.console.print(line, highlight=False)
    _print(running, shown)
    return 0 if all(finding.holds for finding in shown) else 1


def _publish_clean(running: Running) -> None:
    tally = running.tally
    with running.publisher.start(limit=CLEAN, rate=_RATE) as publishing:
        running.wait_for(
            "the first applications are scored", lambda: len(tally.scores) > 0, _PATIENCE
        )
        publish_poison(running.kafka)
        running.wait_for(
            f"{CLEAN:,} applications as trained on, bad messages among them",
            lambda: running.finished(publishing),
            _PATIENCE,
        )
    running.wait_for(
        "drift windows of the clean part are closed",
        lambda: len(tally.reports) >= CLEAN // _WINDOW,
        _PATIENCE,
    )


def _publish_drifted(running: Running) -> None:
    tally = running.tally
    with running.publisher.start(limit=DRIFTED, rate=_RATE, skip=CLEAN, drift=DRIFT) as publishing:
        running.wait_for(
            f"{DRIFTED:,} applications with drift ({DRIFT})",
            lambda: running.finished(publishing),
            _PATIENCE,
        )
    running.wait_for(
        "every application is scored and explained",
        lambda: (
            len(tally.published_ms) >= CLEAN + DRIFTED
            and not tally.unscored()
            and not tally.unexplained()
        ),
        _PATIENCE,
    )
    running.wait_for(
        "the bad messages are dead letters", lambda: len(tally.dead) >= len(POISON), _PATIENCE
    )
    running.wait_for(
        "the drift is flagged", lambda: any(report.alert for report in tally.reports), _PATIENCE
    )


def _stored(running: Running) -> set[str]:
    """The score ids that the query service shows; it gives an explanation with each of them."""
    scores = running.tally.scores.values()
    found: set[str] = set()

    def missing() -> set[int]:
        return {score.application_id for score in scores if score.score_id not in found}

    with httpx.Client(base_url=running.address, timeout=30) as client:
        for application in track(missing(), "reading each back", console=running.console):
            found |= _shown(client, application)

        def complete() -> bool:  # what the projector had not stored yet at the first look
            for application in missing():
                found.update(_shown(client, application))
            return not missing()

        running.wait_for("the query service has them all", complete, _PATIENCE)
    return found


def _shown(client: httpx.Client, application_id: int) -> set[str]:
    answer = client.get(f"/v1/applications/{application_id}")
    if answer.status_code != httpx.codes.OK or answer.json()["explanation"] is None:
        return set()
    return {line["score_id"] for line in answer.json()["history"]}


def _print(running: Running, shown: list[Finding]) -> None:
    table = Table(title="What this round has shown")
    for heading in ("", "claim", "seen"):
        table.add_column(heading)
    for finding in shown:
        table.add_row("[green]✓[/]" if finding.holds else "[red]✗[/]", finding.what, finding.seen)
    for what, median, high in latencies(running.tally):
        seen = f"median {median * 1000:.0f} ms, 99th percentile {high * 1000:.0f} ms"
        table.add_row("", f"time from publish to {what}", seen)
    running.console.print(table)
