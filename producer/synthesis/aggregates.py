"""What an applicant's recorded history says of the risk: one value per applicant and aggregate."""

import numpy as np

from producer.synthesis.tables import BoolArray, FloatArray, Frame, IntArray, code

RECENT_DAYS = 730.0
RECENT_MONTHS = 12.0


def history_aggregates(tables: dict[str, Frame]) -> Frame:
    """The aggregates that the true probability uses, zero for an applicant without such rows.

    `tables` are the seven of one chunk, whose application ids are consecutive.
    """
    ids = tables["application"]["SK_ID_CURR"]
    return (
        _bureau(tables, ids)
        | _previous(tables["previous_application"], ids)
        | _payments(tables["installments_payments"], ids)
        | _pos(tables["POS_CASH_balance"], ids)
        | _cards(tables["credit_card_balance"], ids)
    )


def _owner(frame: Frame, ids: FloatArray) -> IntArray:
    return np.asarray(frame["SK_ID_CURR"] - ids[0], dtype=np.int64)


def _sum(owner: IntArray, values: FloatArray | BoolArray, size: int) -> FloatArray:
    numbers = np.nan_to_num(values.astype(np.float64))
    return np.bincount(owner, weights=numbers, minlength=size).astype(np.float64)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _bureau(tables: dict[str, Frame], ids: FloatArray) -> Frame:
    bureau, size = tables["bureau"], len(ids)
    owner = _owner(bureau, ids)
    active = bureau["CREDIT_ACTIVE"] == code("bureau", "CREDIT_ACTIVE", "Active")
    known = active & ~np.isnan(bureau["AMT_CREDIT_SUM_DEBT"])
    debt = _sum(owner, np.where(known, bureau["AMT_CREDIT_SUM_DEBT"], 0.0), size)
    lent = _sum(owner, np.where(known, bureau["AMT_CREDIT_SUM"], 0.0), size)
    opened = _sum(owner, bureau["DAYS_CREDIT"] > -RECENT_DAYS, size)
    overdue = _sum(owner, bureau["CREDIT_DAY_OVERDUE"] > 0, size)
    months = tables["bureau_balance"]
    by_id = np.argsort(bureau["SK_ID_BUREAU"])
    place = np.searchsorted(bureau["SK_ID_BUREAU"][by_id], months["SK_ID_BUREAU"])
    month_owner = owner[by_id[place]]
    arrears = months["STATUS"] >= code("bureau_balance", "STATUS", "1")
    count = np.bincount(month_owner, minlength=size).astype(np.float64)
    return {
        "bureau_debt_share": np.clip(_share(debt, lent), 0.0, 1.2),
        "bureau_recent_credits": np.minimum(opened, 8.0),
        "bureau_overdue": np.minimum(overdue, 1.0),
        "bureau_arrears_share": _share(_sum(month_owner, arrears, size), count),
    }


def _previous(previous: Frame, ids: FloatArray) -> Frame:
    owner, size = _owner(previous, ids), len(ids)
    table, column = "previous_application", "NAME_CONTRACT_STATUS"
    count = np.bincount(owner, minlength=size).astype(np.float64)
    refused = _sum(owner, previous[column] == code(table, column, "Refused"), size)
    return {"refused_share": _share(refused, count)}


def _payments(instalments: Frame, ids: FloatArray) -> Frame:
    owner, size = _owner(instalments, ids), len(ids)
    recent = instalments["DAYS_INSTALMENT"] > -RECENT_DAYS
    late = instalments["DAYS_ENTRY_PAYMENT"] > instalments["DAYS_INSTALMENT"]
    short = instalments["AMT_PAYMENT"] < 0.999 * instalments["AMT_INSTALMENT"]
    due = _sum(owner, recent, size)
    return {
        "late_share": _share(_sum(owner, recent & late, size), due),
        "short_share": _share(_sum(owner, recent & short, size), due),
    }


def _pos(pos: Frame, ids: FloatArray) -> Frame:
    owner, size = _owner(pos, ids), len(ids)
    count = np.bincount(owner, minlength=size).astype(np.float64)
    return {"pos_overdue_share": _share(_sum(owner, pos["SK_DPD"] > 0, size), count)}


def _cards(cards: Frame, ids: FloatArray) -> Frame:
    owner, size = _owner(cards, ids), len(ids)
    recent = cards["MONTHS_BALANCE"] >= -RECENT_MONTHS
    limit = _sum(owner, np.where(recent, cards["AMT_CREDIT_LIMIT_ACTUAL"], 0.0), size)
    used = _sum(owner, np.where(recent, cards["AMT_BALANCE"], 0.0), size)
    atm = _sum(owner, cards["AMT_DRAWINGS_ATM_CURRENT"] > 0, size)
    count = np.bincount(owner, minlength=size).astype(np.float64)
    return {
        "card_use": np.clip(_share(used, limit), 0.0, 1.2),
        "card_cash_share": _share(atm, count),
    }
