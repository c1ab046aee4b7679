"""What became of the demo's loans: published, joined by the drift monitor, read from its ledger."""

from contextlib import closing

from deploy.local.running import Running
from drift_monitor.performance.ledger import Ledger
from drift_monitor.performance.queries import labelled_applications
from drift_monitor.performance.settings import PerformanceSettings
from drift_monitor.performance.summary import Summary, summarise

_WINDOWS = 5


def publish_outcomes(running: Running, patience: float) -> Summary:
    """Publish the outcomes, wait until they are with their scores, and tell what they show."""
    settings = PerformanceSettings()
    state = running.services["drift_monitor"].log.parent / "drift_monitor"
    applications = {score.application_id for score in running.tally.scores.values()}
    with closing(Ledger(settings.ledger(state))) as ledger:
        with running.publisher.start_outcomes() as publishing:
            running.wait_for(
                "outcomes, as if a year had gone by", lambda: running.finished(publishing), patience
            )
        running.wait_for(
            "every score has its outcome",
            lambda: labelled_applications(ledger.engine) >= len(applications),
            patience,
        )
        return summarise(ledger.engine, settings.economics(), _WINDOWS)
