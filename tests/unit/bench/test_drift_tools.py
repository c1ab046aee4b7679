"""What another drift tool finds is held against ours before its time counts."""

from collections.abc import Sequence

import msgspec
import pytest

from bench.drift_tools import OtherFindingsError, check
from bench.peers.drift_answers import Answer
from drift_monitor.comparison import Profiled, Test
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.evaluation import judge_columns
from drift_monitor.policy import Judged, Policy
from tests.drift import NAN, profiled

NUMBERS = profiled([*range(40), NAN], [*range(20), NAN, NAN])
LEVELS = profiled([0.0] * 30 + [1.0] * 10, [0.0] * 5 + [1.0] * 15, levels=("a", "b"))
UNSEEN = profiled([0.0] * 30 + [1.0] * 10, [0.0] * 5 + [1.0] * 15 + [7.0], levels=("a", "b"))


def judged(of: Profiled) -> Sequence[Judged]:
    return judge_columns([of], ScipyDetectors(), Policy())


def the_same(found: Sequence[Judged]) -> Answer:
    comparisons = {one.comparison.test: one.comparison for one in found}
    of = {test: {"COLUMN": one.statistic} for test, one in comparisons.items()}
    p_values = {test: {"COLUMN": one.p_value + 0.009} for test, one in comparisons.items()}
    window = found[0].comparison.profiled.window
    return Answer(
        ks=of.get(Test.KS, {}),
        ks_p=p_values.get(Test.KS, {}),
        chi_squared=of.get(Test.LEVELS, {}),
        missing={"COLUMN": window.missing_share},
    )


@pytest.mark.parametrize("of", [NUMBERS, LEVELS, UNSEEN])
def test_the_same_findings_pass(of: Profiled) -> None:
    found = judged(of)
    check("tool", the_same(found), found)


@pytest.mark.parametrize(
    ("of", "measure", "by"),
    [
        (NUMBERS, "ks", 1e-6),
        (NUMBERS, "ks", NAN),
        (NUMBERS, "ks_p", 0.02),
        (NUMBERS, "missing", 1e-6),
        (LEVELS, "chi_squared", 1e-6),
    ],
)
def test_another_finding_is_named(of: Profiled, measure: str, by: float) -> None:
    found = judged(of)
    same = the_same(found)
    changed = {"COLUMN": getattr(same, measure)["COLUMN"] + by}
    with pytest.raises(OtherFindingsError, match="tool: COLUMN, "):
        check("tool", msgspec.structs.replace(same, **{measure: changed}), found)


def test_levels_beside_unseen_ones_are_another_test() -> None:
    found = judged(UNSEEN)
    check("tool", Answer(chi_squared={"COLUMN": 99.0}), found)
