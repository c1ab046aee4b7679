"""Numbers, times and codes as people read them."""

import datetime as dt
import math

_THOUSAND = 1_000
_YEAR = 365.25
_LEAST_SHARE = 0.0001
_NONE = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"

_UNITS = (
    ("day", 86_400),
    ("h", 3_600),
    ("min", 60),
)


def whole(value: float) -> str:
    """A number without decimals, its thousands parted.

    >>> whole(514800.4)
    '514,800'
    """
    return f"{value:,.0f}"


def number(value: float) -> str:
    """A number with as many digits as tell something.

    >>> [number(value) for value in (0.05081, 3.0, 162000.0)]
    ['0.0508', '3', '162,000']
    """
    if not math.isfinite(value):
        return _NONE
    return whole(value) if abs(value) >= _THOUSAND else f"{value:.3g}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share in per cent, in one piece.

    >>> percent(0.1142).split()
    ['11.4', '%']
    """
    return _NONE if share is None else f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def small_share(value: float) -> str:
    """A share as tests tell it: below one in ten thousand it is only told that it is.

    >>> [small_share(value) for value in (2.7e-113, 0.0123, 0.9)]
    ['< 0.0001', '0.012', '0.90']
    """
    if value < _LEAST_SHARE:
        return f"< {_LEAST_SHARE:.4f}"
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"  # noqa: PLR2004


def log_odds(value: float) -> str:
    """An attribution with its sign.

    >>> log_odds(0.12)
    '+0.12'
    """
    return f"{value:+.2f}".replace("-", _MINUS)


def signed(value: float) -> str:
    """A sum in log-odds: only a negative one has a sign.

    >>> signed(0.5)
    '0.50'
    """
    return f"{value:.2f}".replace("-", _MINUS)


def years(days: float) -> str:
    """A span of days before the application, in years where that is more telling.

    >>> [years(days) for days in (-13880.0, -200.0, -1.0)]
    ['38 years', '200 days', '1 day']
    """
    span = abs(days)
    if span < _YEAR:
        return f"{span:.0f} day{'' if round(span) == 1 else 's'}"
    in_years = span / _YEAR
    return f"{in_years:.1f} years" if in_years < 10 else f"{in_years:.0f} years"  # noqa: PLR2004


def clock_time(moment: dt.datetime) -> str:
    """A point in time, to the second.

    >>> clock_time(dt.datetime(2026, 3, 2, 9, 30, 5, tzinfo=dt.UTC))
    '2 Mar 2026, 09:30:05 UTC'
    """
    utc = moment.astimezone(dt.UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M:%S} UTC"


def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """How long ago something was, roughly.

    >>> noon = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    >>> ago(noon - dt.timedelta(minutes=3, seconds=20), noon)
    '3 min ago'
    """
    seconds = (now - moment).total_seconds()
    for unit, size in _UNITS:
        count = int(seconds // size)
        if count >= 1:
            plural = "s" if unit == "day" and count > 1 else ""
            return f"{count} {unit}{plural} ago"
    return "just now"


def duration(span: dt.timedelta) -> str:
    """A short span, as from application to score.

    >>> [duration(dt.timedelta(seconds=s)) for s in (0.085, 2.34, 130)]
    ['85 ms', '2.3 s', '2 min 10 s']
    """
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
