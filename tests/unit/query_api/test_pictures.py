"""Pictures of what the API answers."""

import pytest

from query_api.client import ScoreReader
from query_api.pictures import decisions_by_points, drift_timeline, strongest_attributions
from tests.desk import Store
from tests.published import a_drift_report, a_score, an_explanation


def test_every_application_is_in_a_bar(reader: ScoreReader, store: Store) -> None:
    store.put(*(a_score(100_001 + at, offset=at) for at in range(7)))

    axes = decisions_by_points(reader.stats()).axes[0]

    assert sum(bar.get_height() for bar in axes.patches) == 7  # type: ignore[attr-defined]


def test_the_bars_of_an_application_add_up_to_its_score(reader: ScoreReader, store: Store) -> None:
    score = a_score()
    store.put(score, an_explanation(score))
    case = reader.application(score.application_id)

    axes = strongest_attributions(case).axes[0]

    added = sum(bar.get_width() for bar in axes.patches)  # type: ignore[attr-defined]
    assert case.explanation is not None
    assert case.explanation.base_value + added == pytest.approx(case.explanation.raw_score)


def test_an_application_that_is_not_explained_yet_has_no_picture(
    reader: ScoreReader, store: Store
) -> None:
    store.put(a_score())

    with pytest.raises(ValueError, match="100001 has no explanation yet"):
        strongest_attributions(reader.application(100_001))


def test_every_window_has_a_bar_of_its_drifted_columns(reader: ScoreReader, store: Store) -> None:
    store.put(a_drift_report())
    windows = list(reader.drift_windows(5))

    axes = drift_timeline(windows).axes[0]

    heights = [bar.get_height() for bar in axes.patches]  # type: ignore[attr-defined]
    assert heights == [len(window.drifted) for window in windows]
