"""Drift of the columns together, which no column need show alone: once for each day. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from contracts.events import MultivariateDrift, TellingFeature
from contracts.features import DERIVED
from contracts.packing import FloatMatrix
from drift_monitor.classifier_test import Told, classifier_test
from drift_monitor.columns import Column
from drift_monitor.policy import LEAST_ROWS, Multivariate
from drift_monitor.reference import SCORE, Reference
from drift_monitor.rounding import rounded

_MOST_REFERENCE = 4_000
_MOST_NAMED, _LEAST_SHARE = 10, 0.01
_IN_WORDS = 3
_SEED = 7


def multivariate_drift(
    window: FloatMatrix, reference: Reference, settings: Multivariate
) -> MultivariateDrift | None:
    """Hold rows of the monitored matrix against those of the reference; None where too few."""
    return tell_apart(window, reference.rows, reference.columns, settings)


def tell_apart(
    window: FloatMatrix, reference: FloatMatrix, columns: Sequence[Column], settings: Multivariate
) -> MultivariateDrift | None:
    """Hold rows of these columns against each other; None where too few.

    Features derived from the application take part, for a ratio shows what neither of its parts
    does. The raw score does not: the trees have seen the reference rows. Nor do columns that are
    left untested.
    """
    at = _telling(columns)
    rows = _drawn(reference)
    if min(len(window), len(rows)) < LEAST_ROWS or not len(at):
        return None
    told = classifier_test(rows[:, at], window[:, at])
    drifted = told.p_value <= settings.level and told.area >= settings.floor
    names = [columns[place].name for place in at.tolist()]
    features = _strongest(told, names) if drifted else ()
    return MultivariateDrift(
        statistic=rounded(told.area),
        p_value=rounded(told.p_value),
        drifted=drifted,
        rows=len(window),
        reference_rows=len(rows),
        features=features,
        words=_in_words(told.area, features, drifted=drifted),
    )


def _telling(columns: Sequence[Column]) -> npt.NDArray[np.intp]:
    """Where the columns are that take part."""
    named = enumerate(columns)
    return np.array(
        [at for at, one in named if one.name != SCORE and (one.tested or one.name in DERIVED)],
        dtype=np.intp,
    )


def _drawn(rows: FloatMatrix) -> FloatMatrix:
    if len(rows) <= _MOST_REFERENCE:
        return rows
    draw = np.random.default_rng(_SEED)
    drawn: FloatMatrix = rows[draw.choice(len(rows), _MOST_REFERENCE, replace=False)]
    return drawn


def _strongest(told: Told, names: Sequence[str]) -> tuple[TellingFeature, ...]:
    """The one that tells the most, however little of the whole that is, and others that count."""
    order = np.argsort(-told.gains, kind="stable")[:_MOST_NAMED]
    return tuple(
        TellingFeature(feature=names[at], share=rounded(float(told.gains[at])))
        for at in order.tolist()
        if told.gains[at] >= _LEAST_SHARE or at == order[0]
    )


def _in_words(area: float, features: Sequence[TellingFeature], *, drifted: bool) -> str:
    if not drifted:
        return f"rows are not told from the reference's (AUC {area:.3f})"
    named = ", ".join(one.feature for one in features[:_IN_WORDS])
    return f"rows are told from the reference's (AUC {area:.3f}), most by {named}"
