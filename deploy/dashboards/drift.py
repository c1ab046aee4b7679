"""Dashboard 3: how far applications have moved from those the model was trained on."""

from deploy.dashboards.panels import Dashboard, Kind, Panel, Query, runbook

_EXCESS = (
    "(max by (feature) (drift_monitor_stability_index / drift_monitor_stability_index_critical))"
)
_DRIFT = runbook("creditstreamdrift")

DRIFT = Dashboard(
    uid="creditstream-drift",
    title="3 Drift",
    description="Features by window, the strongest of them, verdicts and alerts.",
    panels=(
        Panel(
            title="Features by window",
            description="Each feature's population stability index in the sliding window, over "
            "what one clean window in a hundred exceeds; the thirty that went highest. Above 1 "
            "look at it; verdicts and alerts are taken by tests, on windows that do not overlap.",
            link=_DRIFT,
            queries=(
                Query(
                    f"{_EXCESS} and on (feature) "
                    f"topk(30, max_over_time({_EXCESS}[$__range:] @ end()))",
                    "{{feature}}",
                ),
            ),
            kind=Kind.HISTORY,
        ),
        Panel(
            title="Strongest features now",
            description="The largest effects in the sliding window: KS distance, total variation, "
            "or the move of a share.",
            link=_DRIFT,
            queries=(Query("topk(10, max by (feature) (drift_monitor_effect))", "{{feature}}"),),
            kind=Kind.BARS,
        ),
        Panel(
            title="Columns with a verdict or an alert",
            description="Verdict: drift in the last window that was judged. Alert: verdicts on the "
            "same column add up. Slow: small differences add up.",
            link=_DRIFT,
            queries=(
                Query("sum(drift_monitor_verdict)", "verdict"),
                Query("sum(drift_monitor_alert)", "alert"),
                Query("sum(drift_monitor_drifting)", "slow"),
            ),
        ),
        Panel(
            title="Alerts by column",
            description="1 while an alert on the column stands.",
            link=_DRIFT,
            queries=(
                Query(
                    "max by (feature) (drift_monitor_alert + drift_monitor_drifting) > 0",
                    "{{feature}}",
                ),
            ),
            kind=Kind.HISTORY,
        ),
        Panel(
            title="What alerts do to the model",
            description="By how much the drift of a column moves the mean probability and the "
            "approval rate, all else equal.",
            link=_DRIFT,
            queries=(
                Query("drift_monitor_probability_effect", "{{feature}}: probability"),
                Query("drift_monitor_approval_effect", "{{feature}}: approvals"),
            ),
            unit="percentunit",
        ),
        Panel(
            title="Verdict windows",
            description="Windows closed in the last hour, by the gravest that was found.",
            link=runbook("creditstreamnodriftwindow"),
            queries=(
                Query(
                    "sum by (outcome) (increase(drift_monitor_verdict_windows_total[1h]))",
                    "{{outcome}}",
                ),
            ),
            kind=Kind.STACKED,
        ),
        Panel(
            title="Age of the last closed window",
            description="Since a verdict was last taken; a window also closes by its age, one day "
            "by default.",
            link=runbook("creditstreamnodriftwindow"),
            queries=(Query("time() - max(drift_monitor_verdict_timestamp_seconds)", "age"),),
            unit="s",
        ),
        Panel(
            title="Scores that wait for a window",
            description="In the sliding window, and waiting for the next verdict.",
            link=runbook("creditstreamnodriftwindow"),
            queries=(
                Query("max(drift_monitor_window_scores)", "sliding window"),
                Query("max(drift_monitor_waiting_scores)", "waiting"),
            ),
        ),
        Panel(
            title="Missing values",
            description="The ten columns with the largest share of missing values.",
            link=_DRIFT,
            queries=(Query("topk(10, drift_monitor_missing_share)", "{{feature}}"),),
            unit="percentunit",
            kind=Kind.BARS,
        ),
        Panel(
            title="Levels that training never saw",
            description="The ten columns with the largest share of unseen levels.",
            link=_DRIFT,
            queries=(Query("topk(10, drift_monitor_unseen_share)", "{{feature}}"),),
            unit="percentunit",
            kind=Kind.BARS,
        ),
    ),
)
