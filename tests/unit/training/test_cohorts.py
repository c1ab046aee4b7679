from typing import get_args

import numpy as np

from contracts.features import feature_names
from training.cohorts import AGE_BANDS, AGES, DAYS_A_YEAR, Applicants, levels
from training.gate_rules import ProtectedAttribute

CATEGORIES = {
    "CODE_GENDER": ("F", "M"),
    "NAME_FAMILY_STATUS": ("Married", "Widow"),
    "NAME_CONTRACT_TYPE": ("Cash loans", "Revolving loans"),
    "NAME_INCOME_TYPE": ("Working",),
    "NAME_EDUCATION_TYPE": ("Higher education",),
}
HISTORY = ("BUREAU_COUNT", "PREVIOUS_COUNT")
FEATURES = feature_names(HISTORY)


def applicants(**columns: list[float]) -> Applicants:
    """Applicants of whom nothing else is known."""
    matrix = np.full((len(next(iter(columns.values()))), len(FEATURES)), np.nan, np.float32)
    for name, values in columns.items():
        matrix[:, FEATURES.index(name)] = values
    return Applicants(matrix, FEATURES, CATEGORIES)


def test_ages_fall_into_their_bands_to_the_day() -> None:
    years = [20.0, *(float(age) for age in AGES), 25.9, 61.9]
    days = [-np.ceil(one * DAYS_A_YEAR) for one in years]

    found = applicants(DAYS_BIRTH=[*days, np.nan]).protected()["age"]

    assert found.tolist() == [*AGE_BANDS, "25 and under", "56 to 61", "missing"]


def test_the_elderly_are_those_of_sixty_two_and_over() -> None:
    days = [-np.ceil(age * DAYS_A_YEAR) for age in (30.0, 61.9, 62.0, 70.0)]

    found = applicants(DAYS_BIRTH=[*days, np.nan]).protected()["elderly"]

    assert found.tolist() == ["under 62", "under 62", "62 and over", "62 and over", "missing"]


def test_levels_are_named_and_missing_and_unseen_ones_kept_apart() -> None:
    found = applicants(CODE_GENDER=[0, 1, -1, np.nan]).protected()["gender"]

    assert found.tolist() == ["F", "M", "unseen", "missing"]


def test_a_history_is_present_where_any_of_its_features_is() -> None:
    found = applicants(BUREAU_COUNT=[1, np.nan, np.nan], PREVIOUS_COUNT=[np.nan, 2, np.nan])

    assert found.segments(HISTORY)["history"].tolist() == ["present", "present", "none"]
    assert "history" not in found.segments(())


def test_external_scores_are_counted() -> None:
    found = applicants(EXT_SOURCE_1=[0.5, np.nan], EXT_SOURCE_3=[0.1, np.nan]).segments(())

    assert found["external scores"].tolist() == ["2 known", "0 known"]


def test_every_row_bears_one_level() -> None:
    found = levels(np.array(["b", "a", "b"]))

    assert [name for name, _ in found] == ["a", "b"]
    assert sum(rows.astype(int) for _, rows in found).tolist() == [1, 1, 1]  # type: ignore[union-attr]


def test_the_gate_knows_every_attribute_that_is_measured() -> None:
    assert set(applicants(DAYS_BIRTH=[np.nan]).protected()) == set(get_args(ProtectedAttribute))
