"""Every feature has a name that people can read."""

import pytest

from contracts.features import feature_names
from query_api.pages.dictionary import Entry, entry


@pytest.mark.parametrize("feature", feature_names(()))
def test_every_column_has_a_wording_of_its_own(feature: str) -> None:
    assert entry(feature) != Entry(feature.replace("_", " ").capitalize(), "number")
    assert "_" not in entry(feature).label


def test_no_two_columns_are_called_the_same() -> None:
    labels = [entry(feature).label for feature in feature_names(())]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("feature", "label"),
    [
        ("BUREAU_COUNT", "Bureau credits: number"),
        ("PREVIOUS_LAST5_APPROVED_SHARE", "Earlier applications: last5 approved, share"),
        ("POS_24M_DPD_MAX", "Loan balances: 24 months dpd, largest"),
        ("BUREAU_TYPES", "Bureau credits: types"),
        ("SOMETHING_ELSE", "Something else"),
    ],
)
def test_history_features_are_told_by_the_parts_of_their_names(feature: str, label: str) -> None:
    assert entry(feature).label == label


@pytest.mark.parametrize(
    ("feature", "value", "text"),
    [
        ("AMT_CREDIT", 514_800.0, "514,800"),
        ("DAYS_EMPLOYED", -1_640.0, "4.5 years"),
        ("FLAG_EMAIL", 1.0, "yes"),
        ("FLAG_DOCUMENT_7", 0.0, "no"),
        ("OCCUPATION_TYPE", "Drivers", "Drivers"),
        ("OCCUPATION_TYPE", -1.0, "-1"),
        ("OWN_CAR_AGE", None, "not given"),
        ("LATE_SHARE", 0.123456, "0.123"),
    ],
)
def test_values_are_written_by_their_kind(
    feature: str, value: float | str | None, text: str
) -> None:
    assert entry(feature).write(value) == text
