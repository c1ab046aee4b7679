"""Words say what moved and from where to where."""

import pytest

from contracts.features import UNSEEN
from drift_monitor.comparison import Test, compare
from drift_monitor.detectors import ScipyDetectors
from drift_monitor.words import in_words
from tests.drift import NAN, profiled

MONEY = [1000.0 * at for at in range(1, 101)]


@pytest.mark.parametrize(
    ("reference", "window", "levels", "test", "words"),
    [
        (MONEY, [900 + one for one in MONEY], None, Test.KS, "median 51,000 → 51,900"),
        ([0.01 * at for at in range(100)], [0.25], None, Test.KS, "median 0.5 → 0.25"),
        (
            MONEY[:81] + [NAN] * 19,
            MONEY[:61] + [NAN] * 39,
            None,
            Test.MISSING,
            "missing 19 % → 39 %",
        ),
        (
            [0] * 9 + [1],
            [0] * 4 + [1],
            ["cash", "revolving"],
            Test.LEVELS,
            "revolving: 10 % → 20 %",
        ),
        ([0] * 100, [0] * 98 + [UNSEEN] * 2, ["a"], Test.UNSEEN, "unseen levels 0 % → 2 %"),
        ([0] * 1000, [0] * 999 + [UNSEEN], ["a"], Test.UNSEEN, "unseen levels 0.0 % → 0.1 %"),
    ],
)
def test_words(
    reference: list[float], window: list[float], levels: list[str] | None, test: Test, words: str
) -> None:
    comparisons = compare([profiled(reference, window, levels)], ScipyDetectors())
    (said,) = [in_words(one) for one in comparisons if one.test is test]
    assert said == f"COLUMN {words}"
