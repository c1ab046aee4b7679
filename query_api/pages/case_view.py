"""One score as its page shows it: the waterfall and the key facts; pure."""

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from contracts.errors import InvalidEvent
from contracts.events import LoanExplained, LoanScored
from contracts.features import FEATURE_VERSION, feature_names
from contracts.packing import unpack
from query_api.charts import Step, waterfall_row
from query_api.pages.dictionary import entry
from query_api.pages.wording import log_odds, signed

_KEY_FACTS = (
    *("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "AMT_INCOME_TOTAL", "CREDIT_TO_INCOME"),
    *("ANNUITY_TO_INCOME", "DAYS_BIRTH", "DAYS_EMPLOYED", "CNT_CHILDREN", "CNT_FAM_MEMBERS"),
    *("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3", "AMT_REQ_CREDIT_BUREAU_YEAR"),
)
_EXPLANATION_DUE = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class WaterfallRow:
    """One line of the waterfall; `kind` is sum, raises or lowers."""

    label: str
    value: str
    amount: str
    kind: str
    chart: Markup


def waterfall(explanation: LoanExplained) -> list[WaterfallRow]:
    """From the average applicant's log-odds, attribution by attribution, to this one's."""
    told = [
        (entry(one.feature).label, entry(one.feature).write(one.value), one.attribution)
        for one in explanation.strongest
    ]
    sum_of_told = sum(amount for _, _, amount in told)
    others = explanation.raw_score - explanation.base_value - sum_of_told
    told.append(("All other features", "", others))
    sums = np.cumsum([explanation.base_value, *(amount for _, _, amount in told)]).tolist()
    margin = 0.04 * (max(sums) - min(sums)) or 1.0
    low, high = min(sums) - margin, max(sums) + margin

    def total(label: str, value: float) -> WaterfallRow:
        chart = waterfall_row(Step(value, value), low, high, total=True)
        return WaterfallRow(label, "", signed(value), "sum", chart)

    return [
        total("Average applicant", explanation.base_value),
        *(
            WaterfallRow(
                label,
                value,
                log_odds(amount),
                "raises" if amount > 0 else "lowers",
                waterfall_row(Step(start, end), low, high),
            )
            for (label, value, amount), start, end in zip(told, sums[:-1], sums[1:], strict=True)
        ),
        total("This applicant", explanation.raw_score),
    ]


def key_facts(score: LoanScored) -> list[tuple[str, str]]:
    """What the application said, as far as the model's input tells numbers."""
    values = _input(score)
    facts = [
        (entry(name).label, entry(name).write(values[name]))
        for name in _KEY_FACTS
        if name in values
    ]
    if values.get("NOT_EMPLOYED"):
        facts = [(label, text) for label, text in facts if label != entry("DAYS_EMPLOYED").label]
        facts.append(("Employment", "not employed"))
    return facts


def explanation_overdue(score: LoanScored, now: dt.datetime) -> bool:
    """Whether an explanation that has not come by now is late."""
    return now - score.scored_at > _EXPLANATION_DUE


def _input(score: LoanScored) -> Mapping[str, float | None]:
    """The application's part of the model input, by name; empty for another feature version."""
    if score.feature_version != FEATURE_VERSION:
        return {}
    try:
        size = len(base64.b64decode(score.features)) // 4
        values = unpack(score.features, size).tolist()
    except (binascii.Error, InvalidEvent):
        return {}  # a producer that packs otherwise: the score stands all the same
    return {
        name: None if np.isnan(value) else value
        for name, value in zip(feature_names(()), values, strict=False)
    }
