import itertools

import pandas as pd
import pytest

from training.exploration import MISSING, default_rates, missing_values
from training.exploration_plots import distributions, missing_figure, rates_figure

NAN = float("nan")


@pytest.fixture
def applications() -> pd.DataFrame:
    """The missing income is a bad sign; drivers default more often than managers."""
    return pd.DataFrame(
        {
            "SK_ID_CURR": range(8),
            "TARGET": [1, 1, 1, 0, 0, 0, 0, 0],
            "INCOME": [NAN, NAN, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "WORK": [
                "driver",
                "driver",
                "manager",
                "manager",
                "manager",
                "manager",
                None,
                "driver",
            ],
            "CREDIT": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        }
    )


def test_missing_values_are_told_with_what_they_mean(applications: pd.DataFrame) -> None:
    found = missing_values(applications)

    assert list(found.index) == ["INCOME", "WORK", "CREDIT"]
    assert found["missing"].tolist() == pytest.approx([1 / 4, 1 / 8, 0])
    assert found["rate_missing"].tolist() == pytest.approx([1.0, 0.0, NAN], nan_ok=True)
    assert found["rate_present"].tolist() == pytest.approx([1 / 6, 3 / 7, 3 / 8])


def test_levels_come_by_their_rate_and_the_missing_one_last(applications: pd.DataFrame) -> None:
    found = default_rates(applications, "WORK")

    assert list(found.index) == ["manager", "driver", MISSING]
    assert found["rows"].tolist() == [4, 3, 1]
    assert found["rate"].tolist() == pytest.approx([1 / 4, 2 / 3, 0])
    assert found["low"].iloc[0] == pytest.approx(0.0456, abs=1e-3)
    assert found["high"].iloc[0] == pytest.approx(0.6994, abs=1e-3)


def test_numbers_come_by_their_quantiles(applications: pd.DataFrame) -> None:
    found = default_rates(applications, "CREDIT", bins=4)

    assert found["rows"].tolist() == [2, 2, 2, 2]
    assert found["rate"].tolist() == pytest.approx([1.0, 0.5, 0, 0])
    assert all(low.right == high.left for low, high in itertools.pairwise(found.index))


def test_a_number_of_few_values_is_taken_as_levels(applications: pd.DataFrame) -> None:
    few = applications.assign(CREDIT=[1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, NAN])

    assert default_rates(few, "CREDIT").index.tolist() == [2.0, 1.0, MISSING]


def test_every_picture_can_be_drawn(applications: pd.DataFrame) -> None:
    rates = {column: default_rates(applications, column, 4) for column in ("WORK", "CREDIT")}

    missing = missing_figure(missing_values(applications))
    curves = distributions(applications, ["INCOME", "CREDIT", "CREDIT"])
    segments = rates_figure(rates, overall=3 / 8)

    assert len(missing.axes[0].patches) == 2  # the columns that have missing values
    assert [axes.get_visible() for axes in curves.axes] == [True, True, True, False]
    assert [axes.get_title() for axes in segments.axes] == ["WORK", "CREDIT"]
