import dataclasses

import numpy as np
import pytest

from tests.recorded_versions import ROWS, scores
from training.comparing import compare_scores
from training.errors import BadInputError


def test_versions_of_the_same_applicants_are_compared_on_all_of_them() -> None:
    found = compare_scores(scores(noise=0.6), scores(noise=0.1))

    assert found.rows == ROWS
    assert found.difference.low > 0


def test_other_applicants_under_the_same_ids_are_not_judged_by_these_outcomes() -> None:
    theirs, ours = scores(noise=0.1), scores(noise=0.1)
    other = dataclasses.replace(theirs, target=np.roll(theirs.target, 1))

    with pytest.raises(BadInputError, match="different applicants under the same ids"):
        compare_scores(other, ours)


def test_without_applicants_in_common_there_is_nothing_to_compare() -> None:
    ours = scores(noise=0.1)

    with pytest.raises(BadInputError, match="0 applicants in common"):
        compare_scores(dataclasses.replace(ours, ids=ours.ids + ROWS), ours)
