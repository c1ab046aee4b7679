"""Dashboard 2: what the model says, and how right it is."""

from deploy.dashboards.panels import CASES, RATE_WINDOW, Dashboard, Kind, Panel, Query, runbook

_BOUNDS = ("value", "low", "high")
_CALIBRATION = runbook("creditstreamcalibrationoff")


def _expected_and_realised(figure: str) -> tuple[Query, ...]:
    return tuple(
        Query(
            f'drift_monitor_{source}_performance{{figure="{figure}",bound="{bound}"}}',
            source if bound == "value" else f"{source}, {bound}",
        )
        for source in ("expected", "realised")
        for bound in _BOUNDS
    )


def _scores_by(label: str) -> str:
    rate = f'rate(scorer_scores_total{{purpose="decision"}}[{RATE_WINDOW}])'
    return f"sum by ({label}) ({rate})"


MODEL = Dashboard(
    uid="creditstream-model",
    title="2 The model",
    description="Scores, decisions, versions, expected and realised performance, calibration.",
    panels=(
        Panel(
            title="Probability of default",
            description="How many applications were scored within each range. A shift upwards or "
            "downwards without a new version is a change of the applicants or of their data.",
            link=CASES,
            queries=(
                Query(
                    f"sum by (le) (increase(scorer_probability_bucket[{RATE_WINDOW}]))", "{{le}}"
                ),
            ),
            kind=Kind.HEATMAP,
        ),
        Panel(
            title="Decisions a second",
            description="What the policy made of the scores; simulations are left out.",
            link=CASES,
            queries=(Query(_scores_by("decision"), "{{decision}}"),),
            unit="cps",
            kind=Kind.STACKED,
        ),
        Panel(
            title="Versions in force",
            description="1 for the version that a service scores by. Two at once are a roll-out, "
            "and should end soon.",
            link=runbook("creditstreammodelloadfailing"),
            queries=(
                Query(
                    "max by (service, name, version) (creditstream_model_info)",
                    "{{service}} {{name}} {{version}}",
                ),
            ),
            kind=Kind.HISTORY,
            notable=2.0,
        ),
        Panel(
            title="AUC, expected and realised",
            description="Expected: from the calibrated probabilities of the sliding window, before "
            "any outcome. Realised: of the newest applications with an outcome. Both with 95 % "
            "intervals.",
            link=_CALIBRATION,
            queries=_expected_and_realised("auc"),
        ),
        Panel(
            title="Default rate, expected and realised",
            description="The same two for the share that defaults. Outside each other's intervals, "
            "the probabilities are off or the applicants have changed.",
            link=_CALIBRATION,
            queries=_expected_and_realised("default_rate"),
            unit="percentunit",
        ),
        Panel(
            title="Calibration: slope and intercept",
            description="Of the outcomes' log-odds over those of the probabilities: 1 and 0 are "
            "calibrated. A slope below 1 is a model too sure of itself.",
            link=_CALIBRATION,
            queries=tuple(
                Query(
                    f'drift_monitor_realised_performance{{figure="{figure}",bound="{bound}"}}',
                    figure if bound == "value" else f"{figure}, {bound}",
                )
                for figure in ("slope", "intercept")
                for bound in _BOUNDS
            ),
        ),
        Panel(
            title="Calibration error",
            description="Mean distance of predicted from observed in ten bins; and 1 where it "
            "matters and is no chance.",
            link=_CALIBRATION,
            queries=(
                Query('drift_monitor_realised_performance{figure="calibration_error"}', "distance"),
                Query("drift_monitor_calibration_off", "off"),
            ),
        ),
        Panel(
            title="Doubts about the expectation",
            description="1 where the expected performance may be wrong: inputs far from those of "
            "the calibration, or outcomes that have shown the probabilities to be off.",
            link=_CALIBRATION,
            queries=(Query("drift_monitor_expected_doubt", "{{reason}}"),),
            kind=Kind.HISTORY,
        ),
        Panel(
            title="Outcomes a second",
            description="By what became of them: new, known already, reversed, or too late.",
            link=runbook("creditstreamlabelslate"),
            queries=(
                Query(
                    f"sum by (outcome) (rate(drift_monitor_outcomes_total[{RATE_WINDOW}]))",
                    "{{outcome}}",
                ),
            ),
            unit="cps",
        ),
        Panel(
            title="Applications with an outcome",
            description="Share of the newest applications: realised figures are of these alone.",
            link=runbook("creditstreamlabelslate"),
            queries=(Query("drift_monitor_label_coverage", "share"),),
            unit="percentunit",
        ),
        Panel(
            title="History of the applicants",
            description="Present, none, or unknown to the view; the unknown are referred. Many "
            "unknown: the histories are late or of another version.",
            link=CASES,
            queries=(Query(_scores_by("history"), "{{history}}"),),
            unit="cps",
            kind=Kind.STACKED,
        ),
        Panel(
            title="Failures to load a model",
            description="Times that a version could not be looked up or loaded; the model in force "
            "stays.",
            link=runbook("creditstreammodelloadfailing"),
            queries=(
                Query(
                    "sum by (service) (increase(creditstream_model_load_failures_total"
                    f"[{RATE_WINDOW}]))",
                    "{{service}}",
                ),
            ),
        ),
    ),
)
