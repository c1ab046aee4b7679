"""Dashboard 5: what is applied for, approved and at risk."""

from deploy.dashboards.panels import CASES, RATE_WINDOW, Dashboard, Kind, Panel, Query
from drift_monitor.performance.settings import PerformanceSettings

_HOUR = 3600
_LOST = PerformanceSettings.model_fields["loss_given_default"].default
_SCORES = f'rate(scorer_scores_total{{purpose="decision"}}[{RATE_WINDOW}])'
_APPROVED = '{decision="approve"}'


def _per_hour(expression: str) -> str:
    return f"{_HOUR} * {expression}"


BUSINESS = Dashboard(
    uid="creditstream-business",
    title="5 Business",
    description="Applications, approvals, expected loss, review queue. Simulations are left out.",
    panels=(
        Panel(
            title="Applications an hour",
            description="Scored, by what the policy says.",
            link=CASES,
            queries=(Query(_per_hour(f"sum by (decision) ({_SCORES})"), "{{decision}}"),),
            kind=Kind.STACKED,
        ),
        Panel(
            title="Approved, referred, declined",
            description="Shares of the applications.",
            link=CASES,
            queries=(
                Query(
                    f"sum by (decision) ({_SCORES}) / ignoring (decision) group_left "
                    f"sum({_SCORES})",
                    "{{decision}}",
                ),
            ),
            unit="percentunit",
        ),
        Panel(
            title="Amount applied for, an hour",
            description="By decision, in the currency of the applications.",
            link=CASES,
            queries=(
                Query(
                    _per_hour(f"sum by (decision) (rate(scorer_credit_total[{RATE_WINDOW}]))"),
                    "{{decision}}",
                ),
            ),
            kind=Kind.STACKED,
        ),
        Panel(
            title="Expected loss, an hour",
            description="Of what is approved: amount times probability of default times "
            f"{_LOST:g}, the default of DRIFT_MONITOR_LOSS_GIVEN_DEFAULT.",
            link=CASES,
            queries=(
                Query(
                    _per_hour(
                        f"{_LOST:g} * sum(rate(scorer_defaulting_credit_total{_APPROVED}"
                        f"[{RATE_WINDOW}]))"
                    ),
                    "expected loss",
                ),
            ),
        ),
        Panel(
            title="Expected loss per approved amount",
            description="The same over the amount approved: rising, the approved are riskier.",
            link=CASES,
            queries=(
                Query(
                    f"{_LOST:g} * sum(rate(scorer_defaulting_credit_total{_APPROVED}"
                    f"[{RATE_WINDOW}])) / sum(rate(scorer_credit_total{_APPROVED}[{RATE_WINDOW}]))",
                    "share",
                ),
            ),
            unit="percentunit",
        ),
        Panel(
            title="Sent to review in the last day",
            description="Referred applications of 24 hours: what analysts have to decide.",
            link=f"{CASES}?decision=refer",
            queries=(
                Query(
                    'sum(increase(scorer_scores_total{decision="refer",purpose="decision"}[1d]))',
                    "referred",
                ),
            ),
        ),
        Panel(
            title="Reasons given, an hour",
            description="The ten most frequent reasons for a higher risk.",
            link=CASES,
            queries=(
                Query(
                    _per_hour(
                        f"topk(10, sum by (code) (rate(explainer_reasons_total[{RATE_WINDOW}])))"
                    ),
                    "{{code}}",
                ),
            ),
            kind=Kind.BARS,
        ),
        Panel(
            title="Sent through the API",
            description="Applications sent through the API or its pages, by what became of them.",
            link=CASES,
            queries=(
                Query(
                    f"sum by (outcome) (rate(query_api_submissions_total[{RATE_WINDOW}]))",
                    "{{outcome}}",
                ),
            ),
            unit="cps",
        ),
    ),
)
