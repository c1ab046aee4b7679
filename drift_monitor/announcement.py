"""What a report has to say in one line of the log. Pure."""

from contracts.events import DriftReported


def announcement(report: DriftReported) -> str | None:
    """What was found and what it does; None of a window that nobody needs to hear of."""
    told = [
        *([f"alert on {', '.join(report.alerted)}"] if report.alert else []),
        *[f"slow drift: {one.words}" for one in report.drifting],
        *_of_all_columns(report),
    ]
    if not told:
        return None
    if report.effects is not None:
        told.append(report.effects.words)
    segment = f" of {report.segment}" if report.segment else ""
    model = f"{report.model_name}/{report.model_version}"
    return f"{report.window} window of {report.size} scores{segment}, {model}: {'; '.join(told)}"


def _of_all_columns(report: DriftReported) -> list[str]:
    together = report.multivariate
    return [together.words] if together is not None and together.drifted else []
