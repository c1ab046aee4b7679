"""The fields of the test page's form, in the units that people think in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from contracts.application import NOT_EMPLOYED

_YEAR = 365.25
_YES_NO = ("Y", "N")


class Kind(Enum):
    """How a field is typed in, and what becomes of it."""

    ID = "id"
    NUMBER = "number"
    YEARS_AGO = "years ago"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field; an empty one is missing in the application."""

    column: str
    label: str
    kind: Kind = Kind.NUMBER
    hint: str = ""
    choices: tuple[str, ...] = ()

    def shown(self, application: Mapping[str, Any]) -> str:
        """What stands in the field for an application."""
        value = application.get(self.column)
        if value is None or value == NOT_EMPLOYED:
            return ""
        if self.kind is Kind.YEARS_AGO:
            return f"{-value / _YEAR:.1f}"
        return str(value)

    def read(self, text: str) -> float | str | None:
        """What was typed, in the units of the application.

        Raises:
            ValueError: it is not a number where one is asked for.
        """
        if not text:
            return NOT_EMPLOYED if self.column == "DAYS_EMPLOYED" else None
        if self.kind is Kind.CHOICE:
            return text
        if self.kind is Kind.ID:
            return int(text)
        value = float(text.replace(",", ""))
        if not math.isfinite(value):
            raise ValueError(f"{text} is not a number")
        return -round(value * _YEAR) if self.kind is Kind.YEARS_AGO else value


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together."""

    title: str
    fields: tuple[FormField, ...]


def _choice(column: str, label: str, *choices: str) -> FormField:
    return FormField(column, label, Kind.CHOICE, choices=choices)


SECTIONS = (
    Section(
        "The loan",
        (
            _choice("NAME_CONTRACT_TYPE", "Kind of loan", "Cash loans", "Revolving loans"),
            FormField("AMT_CREDIT", "Credit amount"),
            FormField("AMT_ANNUITY", "Loan annuity", hint="what is paid back in a period"),
            FormField("AMT_GOODS_PRICE", "Price of the goods"),
        ),
    ),
    Section(
        "The applicant",
        (
            FormField("DAYS_BIRTH", "Age", Kind.YEARS_AGO, hint="in years; not in the model"),
            FormField("CNT_CHILDREN", "Children"),
            FormField("CNT_FAM_MEMBERS", "Family members"),
            _choice(
                "NAME_EDUCATION_TYPE",
                "Education",
                "Lower secondary",
                "Secondary / secondary special",
                "Incomplete higher",
                "Higher education",
                "Academic degree",
            ),
            _choice(
                "NAME_HOUSING_TYPE",
                "Housing",
                "House / apartment",
                "With parents",
                "Municipal apartment",
                "Rented apartment",
                "Office apartment",
                "Co-op apartment",
            ),
            _choice("FLAG_OWN_REALTY", "Owns a house or flat", *_YES_NO),
            _choice("FLAG_OWN_CAR", "Owns a car", *_YES_NO),
        ),
    ),
    Section(
        "Income and work",
        (
            FormField("AMT_INCOME_TOTAL", "Yearly income"),
            _choice(
                "NAME_INCOME_TYPE",
                "Kind of income",
                "Working",
                "Commercial associate",
                "State servant",
                "Pensioner",
                "Unemployed",
                "Student",
                "Businessman",
                "Maternity leave",
            ),
            _choice(
                "OCCUPATION_TYPE",
                "Occupation",
                "Accountants",
                "Cleaning staff",
                "Cooking staff",
                "Core staff",
                "Drivers",
                "HR staff",
                "High skill tech staff",
                "IT staff",
                "Laborers",
                "Low-skill Laborers",
                "Managers",
                "Medicine staff",
                "Private service staff",
                "Realty agents",
                "Sales staff",
                "Secretaries",
                "Security staff",
                "Waiters/barmen staff",
            ),
            FormField(
                "DAYS_EMPLOYED",
                "Time in present job",
                Kind.YEARS_AGO,
                hint="in years; empty: not employed",
            ),
        ),
    ),
    Section(
        "What others know",
        (
            FormField("EXT_SOURCE_1", "External score 1", hint="0 to 1, high is good"),
            FormField("EXT_SOURCE_2", "External score 2", hint="0 to 1, high is good"),
            FormField("EXT_SOURCE_3", "External score 3", hint="0 to 1, high is good"),
            FormField("AMT_REQ_CREDIT_BUREAU_YEAR", "Bureau inquiries", hint="in the last year"),
            FormField("REGION_RATING_CLIENT_W_CITY", "Rating of region and city", hint="1, 2 or 3"),
        ),
    ),
)
ID_FIELD = FormField("SK_ID_CURR", "Application id", Kind.ID)
WORDS = {"Y": "yes", "N": "no", "Secondary / secondary special": "Secondary"}
"""How choices are told where their names in the data set are none for people."""
