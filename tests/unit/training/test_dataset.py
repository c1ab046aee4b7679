from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.application import CATEGORICAL
from contracts.codec import decode_application, encode
from contracts.features import (
    PROTECTED,
    CategoryCoder,
    feature_matrix,
)
from contracts.features import application_columns as columns_of_events
from tests.builders import an_application, some_applications
from tests.kaggle_tables import frame_of
from training.applications import application_columns, seen_levels
from training.dataset import (
    Dataset,
    build_dataset,
    choose_features,
    constant_features,
    hold_out,
    join,
)
from training.histories.aggregation import HISTORY_FEATURES, Histories


def some_histories(ids: Sequence[int]) -> Histories:
    features = np.random.default_rng(3).random((len(ids), len(HISTORY_FEATURES)), dtype=np.float32)
    return Histories(np.array(ids), np.ones(len(ids), dtype=np.bool_), features, 0)


def a_dataset(rows: int = 60) -> Dataset:
    return build_dataset(frame_of(some_applications(rows)), None)


def test_training_and_scoring_make_the_same_features_to_the_last_bit() -> None:
    applications = some_applications(200)
    dataset = build_dataset(frame_of(applications), None)

    events = [decode_application(encode(one)).application for one in applications]
    scored = feature_matrix(
        columns_of_events(events),
        CategoryCoder(dataset.categories),
        np.empty((len(events), 0), dtype=np.float32),
    )

    assert dataset.matrix.tobytes() == scored.tobytes()


@given(st.floats(0, 1e12), st.sampled_from(["Laborers", "Drivers", None]))
def test_any_value_reaches_the_features_as_an_event_brings_it(
    income: float, occupation: str | None
) -> None:
    application = an_application(AMT_INCOME_TOTAL=income, OCCUPATION_TYPE=occupation)

    columns = application_columns(frame_of([application]))
    scored = columns_of_events([decode_application(encode(application)).application])

    assert columns.numeric.tobytes() == scored.numeric.tobytes()
    assert [list(one) for one in columns.levels] == [list(one) for one in scored.levels]


def test_the_category_map_holds_the_levels_seen_sorted() -> None:
    applications = [an_application(OCCUPATION_TYPE=level) for level in ("B", None, "A", "B")]

    levels = seen_levels(application_columns(frame_of(applications)))

    assert levels["OCCUPATION_TYPE"] == ("A", "B")
    assert levels["HOUSETYPE_MODE"] == ()
    assert set(levels) == set(CATEGORICAL)


def test_protected_attributes_are_kept_with_the_data_and_left_out_of_the_model() -> None:
    dataset = a_dataset()

    chosen = choose_features(dataset, with_protected=False)

    assert set(dataset.features) >= PROTECTED
    assert not set(chosen) & PROTECTED
    assert "CODE_GENDER" in choose_features(dataset, with_protected=True)


def test_constant_and_empty_columns_are_left_out_and_named() -> None:
    dataset = a_dataset()

    constant = constant_features(dataset)

    assert {"AMT_ANNUITY", "FLAG_MOBIL"} <= set(constant)
    assert "AMT_INCOME_TOTAL" not in constant
    assert "EXT_SOURCE_1" not in constant
    assert not set(constant) & set(choose_features(dataset, with_protected=True))


def test_a_column_that_is_either_missing_or_one_value_still_tells_something() -> None:
    applications = [an_application(OWN_CAR_AGE=age) for age in (3.0, None, 3.0)]

    constant = constant_features(build_dataset(frame_of(applications), None))

    assert "OWN_CAR_AGE" not in constant


def test_histories_come_last_and_are_missing_for_strangers() -> None:
    applications = [an_application(number) for number in (5, 6, 7)]
    histories = some_histories([4, 5, 7])

    dataset = build_dataset(frame_of(applications), histories)

    joined = dataset.matrix[:, -len(HISTORY_FEATURES) :]
    assert joined[[0, 2]].tobytes() == histories.features[[1, 2]].tobytes()
    assert np.isnan(joined[1]).all()
    assert dataset.features[-1] == HISTORY_FEATURES[-1]


def test_joining_keeps_the_order_of_the_applicants() -> None:
    histories = some_histories([1, 2, 3])

    assert np.array_equal(join(histories, np.array([3, 1])), histories.features[[2, 0]])


def test_rows_held_out_are_a_seeded_share_and_never_trained_on() -> None:
    frame = frame_of(some_applications(100))

    rest, ids = hold_out(frame, 0.3, seed=7)
    again, same = hold_out(frame, 0.3, seed=7)
    _, others = hold_out(frame, 0.3, seed=8)

    assert len(ids) == 30
    assert not set(ids) & set(rest["SK_ID_CURR"])
    assert len(rest) == 70
    assert ids.tolist() == same.tolist() != others.tolist()
    pd.testing.assert_frame_equal(rest, again)


@pytest.mark.parametrize("with_histories", [False, True])
def test_the_history_version_says_whether_there_are_histories(*, with_histories: bool) -> None:
    histories = some_histories([100_001]) if with_histories else None

    dataset = build_dataset(frame_of([an_application()]), histories)

    assert (dataset.history_version == "none") is not with_histories
    assert bool(dataset.history_features) is with_histories
