import hashlib
import math
import random
from collections.abc import Mapping, Sequence

import ibis
import numpy as np
import pytest

from tests.kaggle_tables import Row, a_table, the_features
from training.histories.aggregation import (
    FEATURES,
    HISTORY_FEATURES,
    HISTORY_VERSION,
    TABLES,
    gather,
    per_applicant,
)
from training.histories.bureau import BUREAU
from training.histories.cards import CARDS
from training.histories.definition import HistoryTable
from training.histories.instalments import INSTALMENTS
from training.histories.pos import POS_LOANS, POS_MONTHS
from training.histories.previous import PREVIOUS
from training.tables import HISTORY_TABLES

ANNA = 100_002


def bureau_credit(**columns: float | str) -> Row:
    usual: dict[str, float | str] = {
        "SK_ID_CURR": ANNA,
        "SK_ID_BUREAU": 1,
        "CREDIT_ACTIVE": "Active",
        "CREDIT_TYPE": "Consumer credit",
        "DAYS_CREDIT": -100,
        "DAYS_CREDIT_UPDATE": -10,
        "AMT_CREDIT_SUM": 1000.0,
        "AMT_CREDIT_SUM_DEBT": 400.0,
    }
    return usual | columns


def instalment(due: float, paid: float | None, **columns: float | None) -> Row:
    usual: dict[str, float | None] = {
        "SK_ID_CURR": ANNA,
        "SK_ID_PREV": 7,
        "NUM_INSTALMENT_NUMBER": 1,
        "DAYS_INSTALMENT": due,
        "DAYS_ENTRY_PAYMENT": paid,
        "AMT_INSTALMENT": 100.0,
        "AMT_PAYMENT": 100.0,
    }
    return usual | columns


def earlier(decided: float, status: str = "Approved", **columns: float | str) -> Row:
    usual: dict[str, float | str] = {
        "SK_ID_CURR": ANNA,
        "SK_ID_PREV": int(-decided),
        "NAME_CONTRACT_TYPE": "Cash loans",
        "NAME_CONTRACT_STATUS": status,
        "DAYS_DECISION": decided,
        "AMT_APPLICATION": 1000.0,
        "AMT_CREDIT": 1100.0,
        "AMT_ANNUITY": 120.0,
        "CNT_PAYMENT": 10,
    }
    return usual | columns


def loan_month(month: float, left: float, dpd: float = 0, loan: int = 7) -> Row:
    return {
        "SK_ID_CURR": ANNA,
        "SK_ID_PREV": loan,
        "MONTHS_BALANCE": month,
        "CNT_INSTALMENT": 12,
        "CNT_INSTALMENT_FUTURE": left,
        "NAME_CONTRACT_STATUS": "Active",
        "SK_DPD": dpd,
        "SK_DPD_DEF": 0,
    }


def card_month(month: float, balance: float, **columns: float) -> Row:
    usual: dict[str, float] = {
        "SK_ID_CURR": ANNA,
        "SK_ID_PREV": 9,
        "MONTHS_BALANCE": month,
        "AMT_BALANCE": balance,
        "AMT_CREDIT_LIMIT_ACTUAL": 1000,
        "SK_DPD": 0,
        "SK_DPD_DEF": 0,
    }
    return usual | columns


def test_every_feature_has_its_own_name_and_a_meaning_of_one_line() -> None:
    assert len(set(HISTORY_FEATURES)) == len(HISTORY_FEATURES)
    assert all(feature.meaning and "\n" not in feature.meaning for feature in FEATURES)
    assert len(FEATURES) >= 400
    meanings = [feature.meaning for feature in FEATURES]
    assert len(set(meanings)) == len(meanings)


def test_names_meanings_and_their_order_belong_to_the_history_version() -> None:
    told = "\n".join(f"{feature.name}: {feature.meaning}" for feature in FEATURES)
    digest = hashlib.sha256(told.encode()).hexdigest()

    assert (HISTORY_VERSION, digest[:16]) == ("3", "258f33b460c8f435")


def test_bureau_credits_are_counted_summed_and_set_in_ratio() -> None:
    rows = [
        bureau_credit(),
        bureau_credit(SK_ID_BUREAU=2, DAYS_CREDIT=-800, AMT_CREDIT_SUM=3000.5),
        bureau_credit(SK_ID_BUREAU=3, CREDIT_ACTIVE="Closed", DAYS_CREDIT=-500),
    ]

    found = the_features(BUREAU, ANNA, bureau=rows)

    assert found["BUREAU_COUNT"] == 3
    assert found["BUREAU_ACTIVE_COUNT"] == 2
    assert found["BUREAU_365D_COUNT"] == 1
    assert found["BUREAU_ACTIVE_CREDIT_SUM"] == 4000.5
    assert found["BUREAU_CREDIT_MEAN"] == pytest.approx(5000.5 / 3, rel=1e-6)
    assert found["BUREAU_DEBT_TO_CREDIT"] == pytest.approx(1200 / 5000.5, rel=1e-6)
    assert found["BUREAU_DAY_MAX"] == -100


def test_the_last_bureau_credits_are_apart() -> None:
    rows = [
        bureau_credit(SK_ID_BUREAU=number, DAYS_CREDIT=-day, AMT_CREDIT_SUM_DEBT=debt)
        for number, (day, debt) in enumerate([(900, 80.0), (10, 5.0), (400, 20.0), (20, 35.0)])
    ]

    found = the_features(BUREAU, ANNA, bureau=rows)

    assert found["BUREAU_LAST1_DEBT_SUM"] == 5
    assert found["BUREAU_LAST3_DEBT_MEAN"] == 20
    assert found["BUREAU_LAST3_DEBT_TO_MEAN"] == pytest.approx(20 / 35)


def test_the_months_of_a_bureau_credit_reach_its_applicant() -> None:
    months: list[Row] = [
        {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -month, "STATUS": status}
        for month, status in enumerate("0C1X3")
    ]
    long_ago: list[Row] = [{"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -30, "STATUS": "5"}]

    found = the_features(
        BUREAU, ANNA, bureau=[bureau_credit()], bureau_balance=[*months, *long_ago]
    )

    assert found["BUREAU_BALANCE_MONTHS_SUM"] == 6
    assert found["BUREAU_BALANCE_LATE_SUM"] == 3
    assert found["BUREAU_BALANCE_LATE_12M_SUM"] == 2
    assert found["BUREAU_BALANCE_WORST_MAX"] == 5
    assert found["BUREAU_BALANCE_WORST_12M_MAX"] == 3
    assert found["BUREAU_BALANCE_CLEAN_SHARE"] == pytest.approx(2 / 6)


def test_an_end_a_century_away_is_no_date() -> None:
    rows = [bureau_credit(DAYS_CREDIT_ENDDATE=-42_060), bureau_credit(DAYS_CREDIT_ENDDATE=300)]

    assert the_features(BUREAU, ANNA, bureau=rows)["BUREAU_END_MIN"] == 300


def test_lateness_shortfall_and_recency_of_instalments() -> None:
    rows = [
        instalment(-50, -40),
        instalment(-150, -155, AMT_PAYMENT=60.0),
        instalment(-1000, -960),
        instalment(-20, None, AMT_PAYMENT=None),
    ]

    found = the_features(INSTALMENTS, ANNA, installments_payments=rows)

    assert found["INSTALMENT_COUNT"] == 4
    assert found["INSTALMENT_UNPAID_COUNT"] == 1
    assert found["INSTALMENT_LATE_DAYS_SUM"] == 70
    assert found["INSTALMENT_90D_LATE_DAYS_SUM"] == 30
    assert found["INSTALMENT_LATE_SHARE"] == pytest.approx(3 / 4)
    assert found["INSTALMENT_SHORTFALL_SUM"] == 140
    assert found["INSTALMENT_VERY_LATE_COUNT"] == 1
    assert found["INSTALMENT_PAID_TO_DUE"] == pytest.approx(260 / 400)


def test_an_unpaid_instalment_is_late_up_to_the_application_and_short_by_all_that_is_due() -> None:
    unpaid = [instalment(-40, None, AMT_PAYMENT=None)]

    found = the_features(INSTALMENTS, ANNA, installments_payments=unpaid)

    assert found["INSTALMENT_LATE_DAYS_MEAN"] == 40
    assert found["INSTALMENT_LATE_SHARE"] == 1
    assert found["INSTALMENT_VERY_LATE_COUNT"] == 1
    assert found["INSTALMENT_SHORTFALL_SUM"] == 100
    assert found["INSTALMENT_SHORT_SHARE"] == 1
    assert found["INSTALMENT_EARLY_DAYS_MEAN"] is None


def test_an_instalment_due_on_the_day_of_the_application_is_not_late_yet() -> None:
    found = the_features(
        INSTALMENTS, ANNA, installments_payments=[instalment(0, None, AMT_PAYMENT=None)]
    )

    assert found["INSTALMENT_LATE_SHARE"] == 0


def test_an_unknown_amount_due_has_no_shortfall() -> None:
    rows = [instalment(-40, -40, AMT_INSTALMENT=None)]

    found = the_features(INSTALMENTS, ANNA, installments_payments=rows)

    assert found["INSTALMENT_SHORTFALL_SUM"] is None
    assert found["INSTALMENT_SHORT_SHARE"] is None


def test_earlier_applications_by_outcome_recency_and_terms() -> None:
    rows = [
        earlier(-30, "Refused", CODE_REJECT_REASON="HC"),
        earlier(-400),
        earlier(-900, AMT_CREDIT=2200.0),
    ]

    found = the_features(PREVIOUS, ANNA, previous_application=rows)

    assert found["PREVIOUS_COUNT"] == 3
    assert found["PREVIOUS_REFUSED_180D_COUNT"] == 1
    assert found["PREVIOUS_REFUSED_HC_COUNT"] == 1
    assert found["PREVIOUS_REFUSED_SHARE"] == pytest.approx(1 / 3)
    assert found["PREVIOUS_LAST1_REFUSED_SHARE"] == 1
    assert found["PREVIOUS_GRANTED_MAX"] == pytest.approx(2.2)
    assert found["PREVIOUS_MARKUP_MAX"] == pytest.approx(1200 / 1100 - 1, abs=1e-6)
    assert found["PREVIOUS_TERM_MIN"] == pytest.approx(1100 / 120, abs=1e-6)
    assert found["PREVIOUS_APPROVED_DAY_MAX"] == -400


def test_a_day_that_never_came_is_missing() -> None:
    rows = [earlier(-400, DAYS_LAST_DUE=365_243, DAYS_FIRST_DUE=-370, DAYS_TERMINATION=365_243)]

    found = the_features(PREVIOUS, ANNA, previous_application=rows)

    assert found["PREVIOUS_APPROVED_LAST_DUE_MAX"] is None
    assert found["PREVIOUS_APPROVED_FIRST_DUE_MAX"] == -370
    assert found["PREVIOUS_RUNNING_COUNT"] == 1


def test_loans_by_month_and_what_is_left_of_them() -> None:
    rows = [
        loan_month(-1, left=3, dpd=5),
        loan_month(-2, left=4),
        loan_month(-30, left=9),
        loan_month(-4, left=7, loan=8),
    ]

    months = the_features(POS_MONTHS, ANNA, POS_CASH_balance=rows)
    loans = the_features(POS_LOANS, ANNA, POS_CASH_balance=rows)

    assert months["POS_COUNT"] == 4
    assert months["POS_LOANS"] == 2
    assert months["POS_12M_PAST_DUE_SHARE"] == pytest.approx(1 / 3)
    assert months["POS_DPD_MAX"] == 5
    assert loans["POS_LATEST_LEFT_SUM"] == 10


def test_use_of_cards() -> None:
    rows = [
        card_month(-1, 500.0, AMT_PAYMENT_TOTAL_CURRENT=50.0, AMT_INST_MIN_REGULARITY=60.0),
        card_month(-20, 100.0, AMT_PAYMENT_TOTAL_CURRENT=70.0, AMT_INST_MIN_REGULARITY=60.0),
    ]

    found = the_features(CARDS, ANNA, credit_card_balance=rows)

    assert found["CARD_BALANCE_TO_LIMIT"] == pytest.approx(0.3)
    assert found["CARD_3M_BALANCE_TO_LIMIT"] == pytest.approx(0.5)
    assert found["CARD_UNDER_SHARE"] == pytest.approx(0.5)
    assert found["CARD_UTILISATION_MAX"] == pytest.approx(0.5)


LATER: Mapping[str, tuple[HistoryTable, Sequence[Row], Sequence[Row]]] = {
    "a bureau credit taken after the application": (
        BUREAU,
        [bureau_credit()],
        [bureau_credit(SK_ID_BUREAU=2, DAYS_CREDIT=1)],
    ),
    "a bureau credit whose record was updated after it": (
        BUREAU,
        [bureau_credit()],
        [bureau_credit(SK_ID_BUREAU=2, DAYS_CREDIT_UPDATE=3)],
    ),
    "an application decided after it": (PREVIOUS, [earlier(-5)], [earlier(4)]),
    "an instalment due after it": (INSTALMENTS, [instalment(-5, -5)], [instalment(3, -5)]),
    "a month of a loan after it": (POS_MONTHS, [loan_month(-1, 3)], [loan_month(1, 0, dpd=90)]),
    "a loan's latest balance after it": (POS_LOANS, [loan_month(-1, 3)], [loan_month(1, 0)]),
    "a month of a card after it": (CARDS, [card_month(-1, 5.0)], [card_month(1, 99.0)]),
}


OUTCOMES: Mapping[str, tuple[HistoryTable, Row, Row]] = {
    "the closing of a bureau credit": (
        BUREAU,
        bureau_credit(CREDIT_ACTIVE="Closed", DAYS_CREDIT_ENDDATE=30),
        bureau_credit(CREDIT_ACTIVE="Closed", DAYS_CREDIT_ENDDATE=30, DAYS_ENDDATE_FACT=12),
    ),
    "the end of an earlier loan": (
        PREVIOUS,
        earlier(-90, DAYS_TERMINATION=365_243),
        earlier(-90, DAYS_TERMINATION=12),
    ),
}


@pytest.mark.parametrize("case", OUTCOMES)
def test_what_became_of_a_loan_after_the_application_is_not_known(case: str) -> None:
    table, open_yet, with_its_outcome = OUTCOMES[case]
    source = table.sources[0]

    assert the_features(table, ANNA, **{source: [with_its_outcome]}) == the_features(
        table, ANNA, **{source: [open_yet]}
    )


@pytest.mark.parametrize("case", LATER)
def test_nothing_dated_after_the_application_is_used(case: str) -> None:
    table, before, after = LATER[case]
    source = table.sources[0]

    assert the_features(table, ANNA, **{source: [*before, *after]}) == the_features(
        table, ANNA, **{source: before}
    )


def test_a_month_of_a_bureau_credit_after_the_application_is_not_used() -> None:
    before: Row = {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": 0, "STATUS": "0"}
    after: Row = {"SK_ID_BUREAU": 1, "MONTHS_BALANCE": 1, "STATUS": "5"}
    credits_ = [bureau_credit()]

    assert the_features(
        BUREAU, ANNA, bureau=credits_, bureau_balance=[before, after]
    ) == the_features(BUREAU, ANNA, bureau=credits_, bureau_balance=[before])


def test_a_payment_after_the_application_is_no_payment_yet() -> None:
    paid_later = the_features(INSTALMENTS, ANNA, installments_payments=[instalment(-5, 9)])
    unpaid = the_features(
        INSTALMENTS, ANNA, installments_payments=[instalment(-5, None, AMT_PAYMENT=None)]
    )

    assert paid_later == unpaid
    assert unpaid["INSTALMENT_UNPAID_COUNT"] == 1


def test_values_do_not_depend_on_the_order_of_rows_or_the_number_of_threads() -> None:
    draw = random.Random(3)
    rows = [
        instalment(
            -draw.randint(1, 2900),
            -draw.randint(1, 2900),
            SK_ID_CURR=ANNA + draw.randint(0, 3),
            AMT_INSTALMENT=round(draw.lognormvariate(9, 1), 3),
            AMT_PAYMENT=round(draw.lognormvariate(9, 1), 3),
        )
        for _ in range(4000)
    ]
    one_thread = _instalment_features(rows, threads=1)
    draw.shuffle(rows)

    assert _instalment_features(rows, threads=4).tobytes() == one_thread.tobytes()


def _instalment_features(
    rows: Sequence[Row], threads: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    database = ibis.duckdb.connect(threads=threads)
    tables = {name: a_table(name, ()) for name in HISTORY_TABLES}
    tables["installments_payments"] = database.create_table(
        "instalments", a_table("installments_payments", rows).to_pyarrow()
    )
    computed = database.to_pyarrow(per_applicant(INSTALMENTS, tables)).sort_by("SK_ID_CURR")
    return np.column_stack([column.to_numpy() for column in computed.columns[1:]])


def test_an_applicant_in_no_table_has_no_history_and_only_missing_features() -> None:
    tables = {name: a_table(name, ()) for name in HISTORY_TABLES}
    tables["bureau"] = a_table("bureau", [bureau_credit(), bureau_credit(SK_ID_CURR=5)])
    database = ibis.duckdb.connect()
    parts = (database.to_pyarrow(per_applicant(table, tables)) for table in TABLES)

    found = gather(parts, np.array([ANNA, ANNA + 1]))

    assert found.known.tolist() == [True, False]
    assert np.isnan(found.features[1]).all()
    assert found.features[0, HISTORY_FEATURES.index("BUREAU_COUNT")] == 1
    assert math.isnan(found.features[0, HISTORY_FEATURES.index("CARD_COUNT")])
    assert found.strangers == 1
