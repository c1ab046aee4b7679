"""All that the ledger tells, model version by model version, for people and for programs."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import sqlalchemy as sa

from contracts.events import Estimate
from drift_monitor.performance.economics import Economics
from drift_monitor.performance.queries import (
    JudgedWindow,
    last_windows,
    model_versions,
    read_records,
    waiting_outcomes,
)
from drift_monitor.performance.realised import auc_gain
from drift_monitor.performance.records import Records
from drift_monitor.performance.vintages import Outcome, Vintage, between, outcome_of, vintages


class WindowOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict window, and what came of its applications."""

    window: JudgedWindow
    outcome: Outcome


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions on the same outcomes: those of applications that both have scored."""

    champion: str
    challenger: str
    labelled: int
    auc_gain: Estimate | None


class VersionPerformance(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model version's newest applications."""

    model_version: str
    outcome: Outcome
    segments: dict[str, Outcome]
    vintages: tuple[Vintage, ...]
    windows: tuple[WindowOutcome, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole; versions with that of the latest score first."""

    versions: tuple[VersionPerformance, ...]
    challenges: tuple[Challenge, ...]
    waiting_outcomes: int


def summarise(engine: sa.Engine, economics: Economics, windows: int) -> Summary:
    """What the ledger tells, with so many of the last windows of each version.

    Raises:
        StoreError: the ledger cannot be read.
    """
    held = {version: read_records(engine, version) for version in model_versions(engine)}
    return Summary(
        versions=tuple(
            _performance(version, records, last_windows(engine, version, windows), economics)
            for version, records in held.items()
        ),
        challenges=tuple(_challenges(held)) if held else (),
        waiting_outcomes=waiting_outcomes(engine),
    )


def _performance(
    version: str, records: Records, windows: Sequence[JudgedWindow], economics: Economics
) -> VersionPerformance:
    segments = np.unique(records.segment[records.segment != ""])
    return VersionPerformance(
        model_version=version,
        outcome=outcome_of(records, economics),
        segments={
            str(one): outcome_of(records.where(records.segment == one), economics)
            for one in segments
        },
        vintages=tuple(vintages(records, economics)),
        windows=tuple(_windows(records, windows, economics)),
    )


def _windows(
    records: Records, windows: Sequence[JudgedWindow], economics: Economics
) -> Iterator[WindowOutcome]:
    for window in windows:
        mask = between(records, window.opened_at, window.closed_at)
        if mask.any():  # the newest applications may begin after it
            yield WindowOutcome(window=window, outcome=outcome_of(records.where(mask), economics))


def _challenges(held: dict[str, Records]) -> Iterator[Challenge]:
    """Each earlier version against that of the latest score."""
    champion, *others = held
    ours = held[champion].where(held[champion].labelled)
    for challenger in others:
        theirs = held[challenger].where(held[challenger].labelled)
        _, at, there = np.intersect1d(
            ours.application_id, theirs.application_id, return_indices=True
        )
        gain = auc_gain(ours.probability[at], theirs.probability[there], ours.defaulted[at])
        yield Challenge(champion=champion, challenger=challenger, labelled=len(at), auc_gain=gain)
