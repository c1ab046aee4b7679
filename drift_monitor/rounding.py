"""Figures as reports tell them."""

_DIGITS = 6


def rounded(value: float, digits: int = _DIGITS) -> float:
    """As many digits as mean something: they are most of a report's bytes.

    >>> rounded(0.123456789)
    0.123457
    """
    return float(f"{value:.{digits}g}")
