"""The relations between the synthetic tables, and how many rows each has."""

import numpy as np
import pytest

from producer.synthesis.portfolio import Portfolio
from producer.synthesis.tables import NEVER, BoolArray, FloatArray, Frame, code

_ROWS_PER_APPLICANT = {
    "bureau": (4.82, 0.25),
    "bureau_balance": (76.6, 8.0),
    "previous_application": (4.69, 0.25),
    "POS_CASH_balance": (28.1, 2.0),
    "credit_card_balance": (10.8, 1.5),
    "installments_payments": (38.2, 4.0),
}


def _table(portfolio: Portfolio, name: str) -> Frame:
    return portfolio.tables[name]


def _lookup(keys: FloatArray, values: FloatArray, wanted: FloatArray) -> FloatArray:
    order = np.argsort(keys)
    return np.asarray(values[order[np.searchsorted(keys[order], wanted)]])


def _is(frame: Frame, table: str, column: str, level: str) -> BoolArray:
    return np.asarray(frame[column] == code(table, column, level))


@pytest.mark.parametrize(("table", "expected"), _ROWS_PER_APPLICANT.items())
def test_rows_per_applicant_are_as_many_as_published(
    portfolio: Portfolio, table: str, expected: tuple[float, float]
) -> None:
    rows = len(next(iter(_table(portfolio, table).values())))
    mean, tolerance = expected
    assert rows / len(portfolio.probability) == pytest.approx(mean, abs=tolerance)


def test_ids_of_credits_and_contracts_are_unique(portfolio: Portfolio) -> None:
    for table, column in (("bureau", "SK_ID_BUREAU"), ("previous_application", "SK_ID_PREV")):
        ids = _table(portfolio, table)[column]
        assert len(np.unique(ids)) == len(ids)


def test_every_row_belongs_to_an_applicant_and_a_contract(portfolio: Portfolio) -> None:
    applicants = _table(portfolio, "application")["SK_ID_CURR"]
    contracts = _table(portfolio, "previous_application")
    assert np.isin(contracts["SK_ID_CURR"], applicants).all()
    for name in ("POS_CASH_balance", "credit_card_balance", "installments_payments"):
        rows = _table(portfolio, name)
        assert np.isin(rows["SK_ID_PREV"], contracts["SK_ID_PREV"]).all()
        owner = _lookup(contracts["SK_ID_PREV"], contracts["SK_ID_CURR"], rows["SK_ID_PREV"])
        assert (owner == rows["SK_ID_CURR"]).all(), name


def test_bureau_months_lie_within_the_life_of_their_credit(portfolio: Portfolio) -> None:
    months, credits_ = _table(portfolio, "bureau_balance"), _table(portfolio, "bureau")
    opened = _lookup(credits_["SK_ID_BUREAU"], credits_["DAYS_CREDIT"], months["SK_ID_BUREAU"])
    assert (months["MONTHS_BALANCE"] <= 0).all()
    assert (months["MONTHS_BALANCE"] * 30.4375 >= opened).all()


def test_months_are_closed_only_after_the_credit_ended(portfolio: Portfolio) -> None:
    months, credits_ = _table(portfolio, "bureau_balance"), _table(portfolio, "bureau")
    ended = _lookup(credits_["SK_ID_BUREAU"], credits_["DAYS_ENDDATE_FACT"], months["SK_ID_BUREAU"])
    closed = _is(months, "bureau_balance", "STATUS", "C")
    assert not np.isnan(ended[closed]).any()
    assert (months["MONTHS_BALANCE"][closed] * 30.4375 > ended[closed]).all()


def test_status_of_a_bureau_credit_agrees_with_its_end(portfolio: Portfolio) -> None:
    credits_ = _table(portfolio, "bureau")
    active = _is(credits_, "bureau", "CREDIT_ACTIVE", "Active")
    closed = _is(credits_, "bureau", "CREDIT_ACTIVE", "Closed")
    assert np.isnan(credits_["DAYS_ENDDATE_FACT"][active]).all()
    ended = credits_["DAYS_ENDDATE_FACT"][closed]
    assert ((ended <= 0) & (ended >= credits_["DAYS_CREDIT"][closed])).all()
    assert np.nansum(credits_["AMT_CREDIT_SUM_DEBT"][closed]) == 0
    assert closed.mean() == pytest.approx(0.629, abs=0.03)


def test_bureau_days_run_in_order(portfolio: Portfolio) -> None:
    credits_ = _table(portfolio, "bureau")
    assert (credits_["DAYS_CREDIT"] <= 0).all()
    assert (credits_["DAYS_CREDIT_UPDATE"] >= credits_["DAYS_CREDIT"]).all()
    assert (credits_["DAYS_CREDIT_UPDATE"] <= 0).all()
    planned = credits_["DAYS_CREDIT_ENDDATE"]
    assert (planned >= credits_["DAYS_CREDIT"])[~np.isnan(planned)].all()
    assert (credits_["CREDIT_DAY_OVERDUE"] <= np.maximum(-credits_["DAYS_CREDIT"], 0)).all()


def test_only_approved_contracts_have_payment_days(portfolio: Portfolio) -> None:
    contracts = _table(portfolio, "previous_application")
    approved = _is(contracts, "previous_application", "NAME_CONTRACT_STATUS", "Approved")
    dated = ~np.isnan(contracts["DAYS_FIRST_DUE"])
    assert not (dated & ~approved).any()
    assert dated[approved].mean() > 0.9
    assert np.isnan(contracts["DAYS_FIRST_DUE"]).mean() == pytest.approx(0.403, abs=0.03)


def test_reject_reason_agrees_with_the_decision(portfolio: Portfolio) -> None:
    contracts, table = _table(portfolio, "previous_application"), "previous_application"
    refused = _is(contracts, table, "NAME_CONTRACT_STATUS", "Refused")
    unused = _is(contracts, table, "NAME_CONTRACT_STATUS", "Unused offer")
    none = _is(contracts, table, "CODE_REJECT_REASON", "XAP")
    client = _is(contracts, table, "CODE_REJECT_REASON", "CLIENT")
    assert (none == ~(refused | unused)).all()
    assert (client == unused).all()


def test_payment_days_run_in_order(portfolio: Portfolio) -> None:
    contracts = _table(portfolio, "previous_application")
    days = {
        name: np.where(values == NEVER, np.nan, values)
        for name, values in contracts.items()
        if name.startswith("DAYS_")
    }
    for earlier, later in (
        ("DAYS_DECISION", "DAYS_FIRST_DUE"),
        ("DAYS_FIRST_DUE", "DAYS_LAST_DUE"),
        ("DAYS_LAST_DUE", "DAYS_TERMINATION"),
        ("DAYS_DECISION", "DAYS_FIRST_DRAWING"),
    ):
        known = ~np.isnan(days[earlier]) & ~np.isnan(days[later])
        assert (days[earlier] <= days[later])[known].all(), (earlier, later)


def test_first_contract_of_an_applicant_is_the_oldest(portfolio: Portfolio) -> None:
    contracts = _table(portfolio, "previous_application")
    same = contracts["SK_ID_CURR"][1:] == contracts["SK_ID_CURR"][:-1]
    assert (np.diff(contracts["DAYS_DECISION"])[same] >= 0).all()


def test_instalments_follow_the_decision_of_an_approved_contract(portfolio: Portfolio) -> None:
    rows, contracts = (
        _table(portfolio, "installments_payments"),
        _table(portfolio, "previous_application"),
    )
    ids = contracts["SK_ID_PREV"]
    decided = _lookup(ids, contracts["DAYS_DECISION"], rows["SK_ID_PREV"])
    status = _lookup(ids, contracts["NAME_CONTRACT_STATUS"], rows["SK_ID_PREV"])
    assert (status == code("previous_application", "NAME_CONTRACT_STATUS", "Approved")).all()
    assert (rows["DAYS_INSTALMENT"] >= decided).all()
    paid = ~np.isnan(rows["DAYS_ENTRY_PAYMENT"])
    assert (rows["DAYS_ENTRY_PAYMENT"] >= decided)[paid].all()
    assert (rows["DAYS_INSTALMENT"] < 0).all()
    assert (rows["DAYS_ENTRY_PAYMENT"][paid] < 0).all()
    assert (np.isnan(rows["AMT_PAYMENT"]) == ~paid).all()


def test_instalments_are_paid_late_as_often_as_in_the_real_rows(portfolio: Portfolio) -> None:
    rows = _table(portfolio, "installments_payments")
    loans = rows["NUM_INSTALMENT_VERSION"] > 0
    late = rows["DAYS_ENTRY_PAYMENT"] > rows["DAYS_INSTALMENT"]
    assert late[loans].mean() == pytest.approx(0.11, abs=0.02)


def test_card_rows_belong_to_revolving_contracts(portfolio: Portfolio) -> None:
    cards, contracts = (
        _table(portfolio, "credit_card_balance"),
        _table(portfolio, "previous_application"),
    )
    kind = _lookup(contracts["SK_ID_PREV"], contracts["NAME_CONTRACT_TYPE"], cards["SK_ID_PREV"])
    revolving = code("previous_application", "NAME_CONTRACT_TYPE", "Revolving loans")
    assert (kind == revolving).all()
    pos = _table(portfolio, "POS_CASH_balance")
    kind = _lookup(contracts["SK_ID_PREV"], contracts["NAME_CONTRACT_TYPE"], pos["SK_ID_PREV"])
    assert not (kind == revolving).any()


def test_drawings_of_a_card_are_the_sum_of_their_parts(portfolio: Portfolio) -> None:
    cards = _table(portfolio, "credit_card_balance")
    parts = sum(cards[f"AMT_DRAWINGS_{kind}_CURRENT"] for kind in ("ATM", "OTHER", "POS"))
    known = ~np.isnan(parts)
    assert cards["AMT_DRAWINGS_CURRENT"][known] == pytest.approx(np.asarray(parts)[known], abs=0.01)


def test_nothing_is_drawn_before_the_first_drawing_on_record(portfolio: Portfolio) -> None:
    cards, contracts = (
        _table(portfolio, "credit_card_balance"),
        _table(portfolio, "previous_application"),
    )
    first = _lookup(contracts["SK_ID_PREV"], contracts["DAYS_FIRST_DRAWING"], cards["SK_ID_PREV"])
    drawn = cards["AMT_DRAWINGS_CURRENT"] > 0
    assert (first[drawn] != NEVER).all()
    assert ((cards["MONTHS_BALANCE"][drawn] + 1) * 30.4375 > first[drawn]).all()


def test_months_of_a_loan_start_with_it_and_end_before_the_application(
    portfolio: Portfolio,
) -> None:
    pos, contracts = (
        _table(portfolio, "POS_CASH_balance"),
        _table(portfolio, "previous_application"),
    )
    decided = _lookup(contracts["SK_ID_PREV"], contracts["DAYS_DECISION"], pos["SK_ID_PREV"])
    assert ((pos["MONTHS_BALANCE"] + 1) * 30.4375 > decided).all()
    assert pos["MONTHS_BALANCE"].max() <= -1
    assert pos["MONTHS_BALANCE"].min() >= -96


def test_a_completed_loan_has_no_instalments_left(portfolio: Portfolio) -> None:
    pos = _table(portfolio, "POS_CASH_balance")
    done = _is(pos, "POS_CASH_balance", "NAME_CONTRACT_STATUS", "Completed")
    assert np.nanmax(pos["CNT_INSTALMENT_FUTURE"][done]) == 0


@pytest.mark.parametrize(
    ("table", "column", "share"),
    [
        ("bureau", "AMT_ANNUITY", 0.7147),
        ("bureau", "AMT_CREDIT_MAX_OVERDUE", 0.6551),
        ("bureau", "DAYS_ENDDATE_FACT", 0.3692),
        ("bureau", "AMT_CREDIT_SUM_LIMIT", 0.3448),
        ("bureau", "AMT_CREDIT_SUM_DEBT", 0.1501),
        ("bureau", "DAYS_CREDIT_ENDDATE", 0.0615),
        ("previous_application", "RATE_INTEREST_PRIMARY", 0.9964),
        ("previous_application", "AMT_DOWN_PAYMENT", 0.5364),
        ("previous_application", "NAME_TYPE_SUITE", 0.4912),
        ("previous_application", "AMT_ANNUITY", 0.2229),
        ("previous_application", "AMT_GOODS_PRICE", 0.2308),
        ("POS_CASH_balance", "CNT_INSTALMENT", 0.0026),
        ("credit_card_balance", "AMT_DRAWINGS_ATM_CURRENT", 0.1952),
        ("credit_card_balance", "AMT_PAYMENT_CURRENT", 0.2000),
        ("credit_card_balance", "CNT_INSTALMENT_MATURE_CUM", 0.0795),
        ("installments_payments", "AMT_PAYMENT", 0.0002),
    ],
)
def test_missing_shares_of_histories_are_near_the_published_ones(
    portfolio: Portfolio, table: str, column: str, share: float
) -> None:
    assert np.isnan(_table(portfolio, table)[column]).mean() == pytest.approx(share, abs=0.04)
