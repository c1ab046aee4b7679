"""The one definition of the application features, for training and scoring alike.

A batch of applications becomes a contiguous float32 matrix: the 120 application columns in Kaggle's
order, the features derived from them, then the history features, in this order.

The derived features follow what the public solutions of the Home Credit competition found to carry
the most: combinations of the external scores, the term of the credit, and amounts relative to
income and goods.
"""

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from contracts.application import CATEGORICAL, COLUMNS, NOT_EMPLOYED, NUMERIC, LoanApplication
from contracts.packing import FloatMatrix

Doubles = npt.NDArray[np.float64]
Levels = Sequence[str | None]

FEATURE_VERSION = "1"
"""Changes with any change of a name, an order or a formula below; the bundle must match it."""

_LARGEST = float(np.finfo(np.float32).max)

UNSEEN = -1.0
"""The code of a level that the training data did not have; LightGBM treats it as missing."""

_AT = {name: at for at, name in enumerate(NUMERIC)}
_EXT_SOURCES = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")
_DOCUMENTS = tuple(name for name in NUMERIC if name.startswith("FLAG_DOCUMENT_"))
_ENQUIRIES = tuple(name for name in NUMERIC if name.startswith("AMT_REQ_CREDIT_BUREAU_"))
_BUILDING = tuple(name for name in NUMERIC if name.endswith(("_AVG", "_MODE", "_MEDI")))


@dataclass(frozen=True, slots=True)
class ApplicationColumns:
    """A batch by columns.

    Attributes:
        numeric: shape (rows, 104), in the order of `NUMERIC`; a missing value is NaN.
        levels: for each of `CATEGORICAL` the level of every row, None where it is missing.
    """

    numeric: Doubles
    levels: Sequence[Levels]

    def __getitem__(self, name: str) -> Doubles:
        """One numeric column, shape (rows,)."""
        column: Doubles = self.numeric[:, _AT[name]]
        return column

    def several(self, names: Sequence[str]) -> Doubles:
        """Some numeric columns, shape (rows, len(names)).

        Rows lie in one piece, so that a sum is the same to the last bit alone and in a batch.
        """
        columns: Doubles = self.numeric.take([_AT[name] for name in names], axis=1)
        return columns


_FIELDS = LoanApplication.__struct_fields__
_numeric_of = operator.itemgetter(*(_FIELDS.index(name) for name in NUMERIC))
_levels_of = operator.itemgetter(*(_FIELDS.index(name) for name in CATEGORICAL))


def application_columns(applications: Sequence[LoanApplication]) -> ApplicationColumns:
    """A batch of decoded applications by columns; there must be at least one."""
    rows = [msgspec.structs.astuple(one) for one in applications]
    cells = itertools.chain.from_iterable(map(_numeric_of, rows))
    numeric = np.fromiter(cells, np.float64, len(rows) * len(NUMERIC))
    levels = tuple(zip(*map(_levels_of, rows), strict=True))
    return ApplicationColumns(numeric.reshape(len(rows), len(NUMERIC)), levels)


def _ratio(dividend: Doubles, divisor: Doubles) -> Doubles:
    """The quotient, missing where the divisor is zero or either is missing; finite, as float32."""
    with np.errstate(over="ignore"):  # an absurd amount such as 1e-300 is a valid divisor
        quotient = np.full_like(dividend, np.nan)
        np.divide(dividend, divisor, out=quotient, where=divisor != 0)
    return np.clip(quotient, -_LARGEST, _LARGEST)


def _present(columns: Doubles) -> Doubles:
    counted: Doubles = (~np.isnan(columns)).sum(axis=1).astype(np.float64)
    return counted


def _mean(columns: Doubles) -> Doubles:
    return _ratio(np.nansum(columns, axis=1), _present(columns))


def _spread(columns: Doubles) -> Doubles:
    """The population standard deviation of the values that are present."""
    deviations: Doubles = columns - _mean(columns)[:, None]
    return np.sqrt(_mean(np.square(deviations)))


def _total(columns: Doubles) -> Doubles:
    """The sum, missing where every part is."""
    return np.where(_present(columns) > 0, np.nansum(columns, axis=1), np.nan)


def _not_employed(days_employed: Doubles) -> Doubles:
    return np.where(np.isnan(days_employed), np.nan, days_employed == NOT_EMPLOYED)


def _days_employed(columns: ApplicationColumns) -> Doubles:
    days = columns["DAYS_EMPLOYED"]
    return np.where(days == NOT_EMPLOYED, np.nan, days)


DERIVED: Mapping[str, Callable[[ApplicationColumns], Doubles]] = {
    "NOT_EMPLOYED": lambda c: _not_employed(c["DAYS_EMPLOYED"]),
    "EXT_SOURCE_MEAN": lambda c: _mean(c.several(_EXT_SOURCES)),
    "EXT_SOURCE_MIN": lambda c: np.fmin.reduce(c.several(_EXT_SOURCES), axis=1),
    "EXT_SOURCE_MAX": lambda c: np.fmax.reduce(c.several(_EXT_SOURCES), axis=1),
    "EXT_SOURCE_SPREAD": lambda c: _spread(c.several(_EXT_SOURCES)),
    "EXT_SOURCE_PRODUCT": lambda c: np.prod(c.several(_EXT_SOURCES), axis=1),
    "EXT_SOURCE_COUNT": lambda c: _present(c.several(_EXT_SOURCES)),
    "ANNUITY_TO_CREDIT": lambda c: _ratio(c["AMT_ANNUITY"], c["AMT_CREDIT"]),
    "ANNUITY_TO_INCOME": lambda c: _ratio(c["AMT_ANNUITY"], c["AMT_INCOME_TOTAL"]),
    "CREDIT_TO_INCOME": lambda c: _ratio(c["AMT_CREDIT"], c["AMT_INCOME_TOTAL"]),
    "CREDIT_TO_GOODS": lambda c: _ratio(c["AMT_CREDIT"], c["AMT_GOODS_PRICE"]),
    "INCOME_PER_PERSON": lambda c: _ratio(c["AMT_INCOME_TOTAL"], c["CNT_FAM_MEMBERS"]),
    "EMPLOYED_TO_AGE": lambda c: _ratio(_days_employed(c), c["DAYS_BIRTH"]),
    "CAR_AGE_TO_AGE": lambda c: _ratio(c["OWN_CAR_AGE"], c["DAYS_BIRTH"]),
    "PHONE_CHANGE_TO_AGE": lambda c: _ratio(c["DAYS_LAST_PHONE_CHANGE"], c["DAYS_BIRTH"]),
    "CAR_AGE_TO_EMPLOYED": lambda c: _ratio(c["OWN_CAR_AGE"], _days_employed(c)),
    "DOCUMENT_COUNT": lambda c: _total(c.several(_DOCUMENTS)),
    "ENQUIRY_COUNT": lambda c: _total(c.several(_ENQUIRIES)),
    "BUILDING_COUNT": lambda c: _present(c.several(_BUILDING)),
    "SOCIAL_DEFAULT_SHARE": lambda c: _ratio(
        c["DEF_30_CNT_SOCIAL_CIRCLE"], c["OBS_30_CNT_SOCIAL_CIRCLE"]
    ),
}
"""Features derived from the application alone, by name."""

PROTECTED_GROUPS: Mapping[str, tuple[str, ...]] = {
    "gender": ("CODE_GENDER",),
    "family status": ("NAME_FAMILY_STATUS",),
    "age": ("DAYS_BIRTH", "EMPLOYED_TO_AGE", "CAR_AGE_TO_AGE", "PHONE_CHANGE_TO_AGE"),
}
"""The features that tell each protected attribute, ratios to it among them."""

PROTECTED = frozenset(name for group in PROTECTED_GROUPS.values() for name in group)
"""Gender, family status, age and ratios to age: what may not be a reason is not in the model."""


def feature_names(history_features: Sequence[str]) -> tuple[str, ...]:
    """The names of the matrix's columns, in order."""
    return (*COLUMNS, *DERIVED, *history_features)


class _Codes(dict[str | None, float]):
    """Codes by level."""

    def __init__(self, levels: Sequence[str]) -> None:
        super().__init__({level: float(code) for code, level in enumerate(levels)})
        self[None] = np.nan

    def __missing__(self, _: str | None) -> float:
        return UNSEEN


class CategoryCoder:
    """Levels to codes by the frozen map of the model bundle.

    A level's code is its place in the map; an unseen level is `UNSEEN`, a missing one NaN.
    """

    def __init__(self, levels: Mapping[str, Sequence[str]]) -> None:
        self._codes = tuple(_Codes(levels[name]) for name in CATEGORICAL)

    def codes(self, levels: Sequence[Levels]) -> list[list[float]]:
        """For each of `CATEGORICAL` the codes of all rows."""
        return [
            [codes[level] for level in column]
            for codes, column in zip(self._codes, levels, strict=True)
        ]


_NUMERIC_AT = [COLUMNS.index(name) for name in NUMERIC]
_CATEGORICAL_AT = [COLUMNS.index(name) for name in CATEGORICAL]
_WIDTH = len(COLUMNS) + len(DERIVED)


def feature_matrix(
    columns: ApplicationColumns, coder: CategoryCoder, histories: FloatMatrix
) -> FloatMatrix:
    """The features of a batch, C-contiguous float32, shape (rows, features).

    Args:
        columns: the applications of the batch.
        coder: the frozen category map.
        histories: shape (rows, history features), NaN where a history is missing; may be 0 wide.

    `DAYS_EMPLOYED` of 365243 becomes missing; the flag `NOT_EMPLOYED` keeps what it said.
    """
    matrix = np.empty((len(columns.numeric), _WIDTH + histories.shape[1]), dtype=np.float32)
    matrix[:, _NUMERIC_AT] = columns.numeric
    matrix[:, _CATEGORICAL_AT] = np.array(coder.codes(columns.levels), dtype=np.float32).T
    matrix[:, COLUMNS.index("DAYS_EMPLOYED")] = _days_employed(columns)
    for at, derive in enumerate(DERIVED.values(), start=len(COLUMNS)):
        matrix[:, at] = derive(columns)
    matrix[:, _WIDTH:] = histories
    return matrix
