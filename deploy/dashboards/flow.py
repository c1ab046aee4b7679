"""Dashboard 1: how applications flow through the services."""

from deploy.dashboards.panels import RATE_WINDOW, Dashboard, Kind, Panel, Query, quantiles, runbook

_LAG = "sum by (instance, service, topic) (creditstream_consumer_lag_records)"
_COMMITTED = "creditstream_committed_record_timestamp_seconds"


def _age(title: str, service: str, link: str) -> Panel:
    return Panel(
        title=title,
        description="From the application's own time until the broker or the store has confirmed "
        "the output. A replay of old applications is as old as they are.",
        link=link,
        queries=quantiles("creditstream_output_age_seconds", f'{{service="{service}"}}'),
        unit="s",
    )


FLOW = Dashboard(
    uid="creditstream-flow",
    title="1 The flow",
    description="Rates, lag, time to score, explanation and page, dead letters, batches.",
    panels=(
        Panel(
            title="Records a second",
            description="Processed and committed, by service. The services follow each other: a "
            "gap between two lines is lag.",
            link=runbook("creditstreamcommitsstalled"),
            queries=(
                Query(
                    f"sum by (service) (rate(creditstream_records_total[{RATE_WINDOW}]))",
                    "{{service}}",
                ),
            ),
            unit="cps",
        ),
        Panel(
            title="Lag in records",
            description="Records in the topic that are not committed yet.",
            link=runbook("creditstreamlaggrowing"),
            queries=(
                Query(
                    "sum by (service, topic) (creditstream_consumer_lag_records)",
                    "{{service}} {{topic}}",
                ),
            ),
        ),
        Panel(
            title="Lag in seconds, at most",
            description="While records wait: since the newest committed one was written to Kafka. "
            "The oldest waiting record is no older than that.",
            link=runbook("creditstreamlaggrowing"),
            queries=(
                Query(
                    f"max by (service, topic) ((time() - {_COMMITTED}) * on "
                    f"(instance, service, topic) ({_LAG} > bool 0))",
                    "{{service}} {{topic}}",
                ),
            ),
            unit="s",
        ),
        _age("Time to the score", "scorer", runbook("creditstreamscoringslow")),
        _age("Time to the explanation", "explainer", runbook("creditstreamexplainingslow")),
        _age("Time until readable", "query_api", runbook("creditstreamprojectorbehind")),
        Panel(
            title="Objectives: share that is late",
            description="Of the applications of the rate window: not scored within 5 s (0.1 % may "
            "be), not explained within 60 s (0.5 % may be).",
            link=runbook("creditstreamscoringslow"),
            queries=tuple(
                Query(
                    f"1 - sum(rate(creditstream_output_age_seconds_bucket"
                    f'{{service="{service}",le="{within}"}}[{RATE_WINDOW}])) / '
                    f"sum(rate(creditstream_output_age_seconds_count"
                    f'{{service="{service}"}}[{RATE_WINDOW}]))',
                    f"{service} after {within} s",
                )
                for service, within in (("scorer", "5.0"), ("explainer", "60.0"))
            ),
            unit="percentunit",
        ),
        Panel(
            title="Dead letters a second by reason",
            description="What a service could not take. A few are upstream's mistakes; many of one "
            "reason are a change of format, here or there.",
            link=runbook("creditstreamdeadletterburst"),
            queries=(
                Query(
                    f"sum by (service, reason) (rate(creditstream_dead_letters_total"
                    f"[{RATE_WINDOW}])) > 0",
                    "{{service}} {{reason}}",
                ),
            ),
            unit="cps",
            kind=Kind.STACKED,
        ),
        Panel(
            title="Records in a batch",
            description="Small batches mean that the service waits for work, full ones that work "
            "waits for it.",
            link=runbook("creditstreamlaggrowing"),
            queries=quantiles("creditstream_batch_records", by="service"),
        ),
        Panel(
            title="Seconds for a batch",
            description="From a batch's arrival to its commit.",
            link=runbook("creditstreamcommitsstalled"),
            queries=quantiles("creditstream_batch_seconds", by="service"),
            unit="s",
        ),
    ),
)
