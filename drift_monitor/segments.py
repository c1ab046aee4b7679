"""Segments: the applications of one level of a column, such as one contract type.

A segment has windows, verdicts and alerts of its own, held against the reference rows of the same
level. It goes by the place of its windows in the monitor's state: the version and the segment.
"""

from collections.abc import Iterator

_MARK = " where "


def segment_of(column: str, level: str) -> str:
    """The name of a segment, as reports and metrics have it."""
    return f"{column}={level}"


def place_of(version: str, segment: str) -> str:
    """Where the windows of a version's segment are."""
    return f"{version}{_MARK}{segment}"


def version_and_segment(place: str) -> tuple[str, str]:
    """The two parts of a place; the segment is empty where all applications are meant."""
    version, _, segment = place.partition(_MARK)
    return version, segment


def places_of(version: str, segments: Iterator[str]) -> Iterator[str]:
    """Where a score counts: among all of its version, then in its segments."""
    yield version
    for segment in segments:
        yield place_of(version, segment)
