"""Dashboard 4: the processes, and the API as its clients see it."""

from deploy.dashboards.panels import RATE_WINDOW, Dashboard, Kind, Panel, Query, quantiles, runbook

_DOWN = runbook("creditstreamservicedown")
_REQUESTS = 'query_api_requests_total{route!="/metrics"}'
_OURS = '{job!="prometheus"}'

SERVICES = Dashboard(
    uid="creditstream-services",
    title="4 Services",
    description="Processes, memory, restarts, disks, and the API's requests, errors, durations.",
    panels=(
        Panel(
            title="Scraped",
            description="1 while Prometheus reaches the process.",
            link=_DOWN,
            queries=(Query("up", "{{job}} {{instance}}"),),
            kind=Kind.HISTORY,
            notable=2.0,
        ),
        Panel(
            title="Ready, paused, connected",
            description="Ready: can take work. Paused: too many dead letters in a row. Connected: "
            "a broker answers.",
            link=_DOWN,
            queries=(
                Query("creditstream_ready", "{{service}} ready"),
                Query("creditstream_paused", "{{service}} paused"),
                Query("creditstream_kafka_up", "{{service}} connected"),
            ),
            kind=Kind.HISTORY,
            notable=2.0,
        ),
        Panel(
            title="Restarts",
            description="Starts within the last hour, the first one apart.",
            link=_DOWN,
            queries=(
                Query(f"changes(process_start_time_seconds{_OURS}[1h])", "{{job}} {{instance}}"),
            ),
        ),
        Panel(
            title="Memory",
            description="What the process holds. Its container's limit is in deploy/compose.yaml.",
            link=_DOWN,
            queries=(Query(f"process_resident_memory_bytes{_OURS}", "{{job}} {{instance}}"),),
            unit="bytes",
        ),
        Panel(
            title="Processors in use",
            description="Seconds of processor time a second.",
            link=runbook("creditstreamlaggrowing"),
            queries=(
                Query(
                    f"rate(process_cpu_seconds_total{_OURS}[{RATE_WINDOW}])",
                    "{{job}} {{instance}}",
                ),
            ),
        ),
        Panel(
            title="Open files",
            description="Share of what the process may open.",
            link=_DOWN,
            queries=(
                Query(f"process_open_fds{_OURS} / process_max_fds{_OURS}", "{{job}} {{instance}}"),
            ),
            unit="percentunit",
        ),
        Panel(
            title="Free disk",
            description="Free share of the disk that holds the service's own state.",
            link=runbook("creditstreamdiskfull"),
            queries=(Query("creditstream_state_free_ratio", "{{service}}"),),
            unit="percentunit",
        ),
        Panel(
            title="API: requests a second",
            description="By route; Prometheus' own are left out.",
            link=_DOWN,
            queries=(Query(f"sum by (route) (rate({_REQUESTS}[{RATE_WINDOW}]))", "{{route}}"),),
            unit="reqps",
            kind=Kind.STACKED,
        ),
        Panel(
            title="API: answers by status",
            description="4xx is the client's mistake, 5xx is ours.",
            link=_DOWN,
            queries=(Query(f"sum by (status) (rate({_REQUESTS}[{RATE_WINDOW}]))", "{{status}}"),),
            unit="reqps",
            kind=Kind.STACKED,
        ),
        Panel(
            title="API: seconds to answer",
            description="Over all routes but the metrics. A route that waits for a score is as "
            "slow as its client allows.",
            link=runbook("creditstreamprojectorbehind"),
            queries=quantiles("query_api_request_seconds", '{route!="/metrics"}'),
            unit="s",
        ),
    ),
)
