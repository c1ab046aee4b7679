"""What is logged of a window: alerts with what they do, days that are told, and nothing else."""

import msgspec

from contracts.events import MultivariateDrift, WindowKind
from contracts.examples import DRIFT
from drift_monitor.announcement import announcement

TOLD = MultivariateDrift(
    statistic=0.6,
    p_value=1e-9,
    drifted=True,
    rows=2_000,
    reference_rows=4_000,
    words="rows are told from the reference's (AUC 0.600), most by AMT_CREDIT",
)
QUIET = msgspec.structs.replace(DRIFT, alert=False, alerted=(), drifting=(), effects=None)


def test_a_clean_window_is_not_worth_a_line() -> None:
    assert announcement(QUIET) is None
    silent = msgspec.structs.replace(TOLD, drifted=False)
    assert announcement(msgspec.structs.replace(QUIET, multivariate=silent)) is None


def test_an_alert_is_told_with_slow_drift_and_effects() -> None:
    assert announcement(DRIFT) == (
        "verdict window of 1000 scores, creditstream/3: alert on EXT_SOURCE_3; slow drift: "
        "AMT_CREDIT values higher in 5 windows, since 2024-05-14; mean probability 7.9 % -> 8.6 %, "
        "of which EXT_SOURCE_3 +0.5 points"
    )


def test_a_day_that_is_told_from_the_reference_is_told() -> None:
    day = msgspec.structs.replace(
        QUIET, window=WindowKind.DAY, segment="KIND=Cash", multivariate=TOLD
    )
    said = announcement(day)
    assert said is not None
    assert said.startswith("day window of 1000 scores of KIND=Cash, creditstream/3: rows are told")
