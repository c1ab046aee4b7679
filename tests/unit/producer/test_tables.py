import numpy as np
import pytest

from contracts.application import CATEGORICAL, COLUMNS
from producer.synthesis.tables import HISTORY_TABLES, code, levels, ordered, schema


def test_official_number_of_columns_and_kinds() -> None:
    sizes = {table: len(columns) for table, columns in schema().items()}
    assert sizes == {
        "application": 121,
        "bureau": 17,
        "bureau_balance": 3,
        "previous_application": 37,
        "POS_CASH_balance": 8,
        "credit_card_balance": 23,
        "installments_payments": 8,
    }
    kinds = list(schema()["application"].values())
    assert (kinds.count("float"), kinds.count("int")) == (65, 40)
    assert sum(isinstance(kind, list) for kind in kinds) == 16
    assert set(schema()) == {"application", *HISTORY_TABLES}


def test_application_columns_are_those_of_the_event() -> None:
    application = schema()["application"]
    assert tuple(application) == ("SK_ID_CURR", *COLUMNS)
    assert {name for name, kind in application.items() if isinstance(kind, list)} == set(
        CATEGORICAL
    )


def test_no_level_stands_twice_in_a_column() -> None:
    for table, columns in schema().items():
        for column, kind in columns.items():
            if isinstance(kind, list):
                assert len(set(kind)) == len(kind), (table, column)


def test_code_is_the_place_of_the_level() -> None:
    found = levels("bureau", "CREDIT_ACTIVE")[int(code("bureau", "CREDIT_ACTIVE", "Sold"))]
    assert found == "Sold"


def test_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="Solt"):
        code("bureau", "CREDIT_ACTIVE", "Solt")


def test_levels_of_a_number_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"bureau\.DAYS_CREDIT"):
        levels("bureau", "DAYS_CREDIT")


def test_ordered_gives_official_order_and_no_negative_zero() -> None:
    zero = np.array([-0.0])
    frame = {"STATUS": zero, "SK_ID_BUREAU": zero, "MONTHS_BALANCE": zero, "scratch": zero}
    found = ordered("bureau_balance", frame)
    assert list(found) == ["SK_ID_BUREAU", "MONTHS_BALANCE", "STATUS"]
    assert not np.signbit(found["MONTHS_BALANCE"]).any()
