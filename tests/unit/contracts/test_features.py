import hashlib
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.application import CATEGORICAL, COLUMNS, NOT_EMPLOYED, NUMERIC, LoanApplication
from contracts.features import (
    DERIVED,
    FEATURE_VERSION,
    PROTECTED,
    UNSEEN,
    ApplicationColumns,
    CategoryCoder,
    application_columns,
    feature_matrix,
    feature_names,
)
from contracts.packing import FloatMatrix
from tests.builders import HISTORY_FEATURES, LEVELS, an_application
from tests.strategies import applications

NAMES = feature_names(HISTORY_FEATURES)
CODER = CategoryCoder(LEVELS)
Row = Mapping[str, float]

FINGERPRINTS = {"1": "33042e67aca4b9222df55042397e3d28e6188a0118684faebf610e851ee8b955"}
"""The names in their order, by feature version: a change of names is a new version."""


def no_histories(rows: int) -> FloatMatrix:
    return np.full((rows, len(HISTORY_FEATURES)), np.nan, dtype=np.float32)


def matrix_of(batch: Sequence[LoanApplication]) -> FloatMatrix:
    return feature_matrix(application_columns(batch), CODER, no_histories(len(batch)))


def row_of(application: LoanApplication) -> Row:
    return dict(zip(NAMES, matrix_of([application])[0].tolist(), strict=True))


def test_names_are_the_columns_then_the_derived_then_the_history() -> None:
    assert (*COLUMNS, *DERIVED, *HISTORY_FEATURES) == NAMES
    assert len(set(NAMES)) == len(NAMES)


def test_a_change_of_names_or_order_is_a_new_feature_version() -> None:
    fingerprint = hashlib.sha256("\n".join(feature_names(())).encode()).hexdigest()
    assert FINGERPRINTS[FEATURE_VERSION] == fingerprint


def test_protected_features_are_features() -> None:
    assert set(feature_names(())) >= PROTECTED


@pytest.mark.parametrize("rows", [1, 2, 257])
def test_the_matrix_is_contiguous_float32(rows: int) -> None:
    matrix = matrix_of([an_application()] * rows)
    assert matrix.shape == (rows, len(NAMES))
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous


def test_a_column_stands_under_its_name() -> None:
    row = row_of(an_application(AMT_CREDIT=450_000, EXT_SOURCE_2=0.25, CODE_GENDER="M"))
    assert row["AMT_CREDIT"] == 450_000
    assert row["EXT_SOURCE_2"] == 0.25
    assert row["CODE_GENDER"] == 1


def test_histories_stand_behind_the_application() -> None:
    histories = np.array([[1, 2, np.nan]], dtype=np.float32)
    matrix = feature_matrix(application_columns([an_application()]), CODER, histories)
    np.testing.assert_array_equal(matrix[:, -3:], histories)


def test_an_unseen_level_is_coded_apart_from_a_missing_one() -> None:
    assert row_of(an_application(OCCUPATION_TYPE="Astronaut"))["OCCUPATION_TYPE"] == UNSEEN
    assert math.isnan(row_of(an_application(OCCUPATION_TYPE=None))["OCCUPATION_TYPE"])


@pytest.mark.parametrize(
    ("days", "kept", "flag"),
    [(NOT_EMPLOYED, math.nan, 1), (-10, -10, 0), (None, math.nan, math.nan)],
)
def test_the_sentinel_of_employment_becomes_missing_and_a_flag(
    days: float | None, kept: float, flag: float
) -> None:
    row = row_of(an_application(DAYS_EMPLOYED=days))
    np.testing.assert_equal([row["DAYS_EMPLOYED"], row["NOT_EMPLOYED"]], [kept, flag])


def _get(application: LoanApplication, name: str) -> float | None:
    value: float | None = getattr(application, name)
    return None if name == "DAYS_EMPLOYED" and value == NOT_EMPLOYED else value


def _some(application: LoanApplication, *names: str) -> list[float]:
    found = (_get(application, name) for name in names)
    return [value for value in found if value is not None]


def _ratio(application: LoanApplication, dividend: str, divisor: str) -> float:
    above, below = _get(application, dividend), _get(application, divisor)
    if above is None or not below:
        return math.nan
    return max(min(above / below, LARGEST), -LARGEST)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _spread(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.sqrt(_mean([(value - mean) ** 2 for value in values])) if values else math.nan


def _product(application: LoanApplication) -> float:
    scores = _some(application, *EXT)
    return math.prod(scores) if len(scores) == len(EXT) else math.nan


def _total(application: LoanApplication, prefix: str) -> float:
    values = _some(application, *(name for name in NUMERIC if name.startswith(prefix)))
    return sum(values) if values else math.nan


def _not_employed(application: LoanApplication) -> float:
    days = application.DAYS_EMPLOYED
    return math.nan if days is None else float(days == NOT_EMPLOYED)


LARGEST = float(np.finfo(np.float32).max)
EXT = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")
BUILDING = tuple(name for name in NUMERIC if name.endswith(("_AVG", "_MODE", "_MEDI")))
BY_HAND: Mapping[str, Callable[[LoanApplication], float]] = {
    "NOT_EMPLOYED": _not_employed,
    "EXT_SOURCE_MEAN": lambda a: _mean(_some(a, *EXT)),
    "EXT_SOURCE_MIN": lambda a: min(_some(a, *EXT), default=math.nan),
    "EXT_SOURCE_MAX": lambda a: max(_some(a, *EXT), default=math.nan),
    "EXT_SOURCE_SPREAD": lambda a: _spread(_some(a, *EXT)),
    "EXT_SOURCE_PRODUCT": _product,
    "EXT_SOURCE_COUNT": lambda a: len(_some(a, *EXT)),
    "ANNUITY_TO_CREDIT": lambda a: _ratio(a, "AMT_ANNUITY", "AMT_CREDIT"),
    "ANNUITY_TO_INCOME": lambda a: _ratio(a, "AMT_ANNUITY", "AMT_INCOME_TOTAL"),
    "CREDIT_TO_INCOME": lambda a: _ratio(a, "AMT_CREDIT", "AMT_INCOME_TOTAL"),
    "CREDIT_TO_GOODS": lambda a: _ratio(a, "AMT_CREDIT", "AMT_GOODS_PRICE"),
    "INCOME_PER_PERSON": lambda a: _ratio(a, "AMT_INCOME_TOTAL", "CNT_FAM_MEMBERS"),
    "EMPLOYED_TO_AGE": lambda a: _ratio(a, "DAYS_EMPLOYED", "DAYS_BIRTH"),
    "CAR_AGE_TO_AGE": lambda a: _ratio(a, "OWN_CAR_AGE", "DAYS_BIRTH"),
    "PHONE_CHANGE_TO_AGE": lambda a: _ratio(a, "DAYS_LAST_PHONE_CHANGE", "DAYS_BIRTH"),
    "CAR_AGE_TO_EMPLOYED": lambda a: _ratio(a, "OWN_CAR_AGE", "DAYS_EMPLOYED"),
    "DOCUMENT_COUNT": lambda a: _total(a, "FLAG_DOCUMENT_"),
    "ENQUIRY_COUNT": lambda a: _total(a, "AMT_REQ_CREDIT_BUREAU_"),
    "BUILDING_COUNT": lambda a: len(_some(a, *BUILDING)),
    "SOCIAL_DEFAULT_SHARE": lambda a: _ratio(
        a, "DEF_30_CNT_SOCIAL_CIRCLE", "OBS_30_CNT_SOCIAL_CIRCLE"
    ),
}
"""The derived features once more, one applicant at a time and without numpy."""

SUMMED = tuple(name for name in NUMERIC if name.startswith(("FLAG_DOC", "AMT_REQ_", "EXT_")))
DIVIDED = (
    *("AMT_ANNUITY", "AMT_CREDIT", "AMT_GOODS_PRICE", "AMT_INCOME_TOTAL", "CNT_FAM_MEMBERS"),
    *("DAYS_BIRTH", "DAYS_EMPLOYED", "DAYS_LAST_PHONE_CHANGE", "OWN_CAR_AGE"),
)
any_inputs = (
    applications() | applications(SUMMED, len(SUMMED)) | applications(DIVIDED, len(DIVIDED))
)


def test_every_derived_feature_has_its_formula_by_hand() -> None:
    assert list(BY_HAND) == list(DERIVED)


@given(any_inputs)
def test_derived_features_equal_their_formulas_by_hand(application: LoanApplication) -> None:
    row = row_of(application)
    by_hand = [formula(application) for formula in BY_HAND.values()]
    np.testing.assert_allclose([row[name] for name in BY_HAND], by_hand, rtol=1e-6, atol=1e-30)


@given(st.lists(any_inputs, min_size=2, max_size=5))
def test_a_row_is_the_same_to_the_last_bit_alone_and_in_a_batch(
    batch: list[LoanApplication],
) -> None:
    alone = np.concatenate([matrix_of([one]) for one in batch])
    np.testing.assert_array_equal(matrix_of(batch).view(np.uint32), alone.view(np.uint32))


@given(st.lists(any_inputs, min_size=2, max_size=5))
def test_the_layout_of_the_columns_makes_no_difference(batch: list[LoanApplication]) -> None:
    columns = application_columns(batch)
    turned = ApplicationColumns(np.asfortranarray(columns.numeric), columns.levels)
    matrix = feature_matrix(turned, CODER, no_histories(len(batch)))
    np.testing.assert_array_equal(matrix.view(np.uint32), matrix_of(batch).view(np.uint32))


@pytest.mark.parametrize("name", DERIVED)
def test_a_derived_double_is_the_same_alone_in_a_batch_and_in_any_layout(name: str) -> None:
    """Before rounding to float32, where a difference hides until it does not."""
    numeric = np.random.default_rng(7).random((300, len(NUMERIC)))
    levels = [[None] * 300] * len(CATEGORICAL)
    derive = DERIVED[name]
    batch = derive(ApplicationColumns(numeric, levels))
    turned = derive(ApplicationColumns(np.asfortranarray(numeric), levels))
    alone = [derive(ApplicationColumns(row[None], levels))[0] for row in numeric]
    assert batch.tolist() == turned.tolist() == alone


@given(any_inputs)
def test_every_feature_is_finite_or_missing(application: LoanApplication) -> None:
    assert not np.isinf(matrix_of([application])).any()


def test_an_absurd_divisor_gives_the_largest_float32() -> None:
    row = row_of(an_application(AMT_CREDIT=1e12, AMT_INCOME_TOTAL=5e-324))
    assert row["CREDIT_TO_INCOME"] == LARGEST


@settings(max_examples=20)
@given(st.lists(any_inputs, min_size=1, max_size=5))
def test_columns_hold_what_the_applications_hold(batch: list[LoanApplication]) -> None:
    columns = application_columns(batch)
    for name in NUMERIC:
        expected = [math.nan if (one := getattr(a, name)) is None else one for a in batch]
        np.testing.assert_array_equal(columns[name], expected)
    for name, levels in zip(CATEGORICAL, columns.levels, strict=True):
        assert list(levels) == [getattr(a, name) for a in batch]
