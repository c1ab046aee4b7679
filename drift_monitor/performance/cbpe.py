"""Performance before outcomes are known, from calibrated probabilities alone (CBPE). Pure.

If the probabilities are right, each outcome is a draw of its own from its probability; so what the
outcomes will show can be expected, and drawn. It holds no longer than the calibration does: where
the relation between inputs and outcomes changes it goes on as before. `Doubt` tells what is known.

Source: J. Kivimäki, J. Białek, W. Kuberski, J. K. Nurminen, Performance estimation in binary
classification using calibrated confidence, 2025; the method of NannyML's documentation.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from contracts.bundle import Calibration
from contracts.events import Estimate, ExpectedPerformance
from contracts.packing import FloatVector
from drift_monitor.performance.ranks import Doubles, areas

DRAWS = 400
"""So many draws fix the ends of a 95 % interval to about a tenth of its width."""

_SEED = 20_251
_BLOCK = 2_000_000  # drawn outcomes at a time: 16 MB
_LEVELS = (0.025, 0.975)


Mask = npt.NDArray[np.bool_]


class Doubt(StrEnum):
    """Why an estimate may be wrong."""

    COVARIATES = "covariates"  # inputs far from those that the probabilities were calibrated on
    CALIBRATION = "calibration"  # outcomes have shown that the probabilities are off


def probabilities(raw_scores: FloatVector, calibration: Calibration) -> Doubles:
    """The calibrated probability of each raw score."""
    return np.array([calibration.probability(one) for one in raw_scores.tolist()])


def expected_performance(
    probability: Doubles, *, approved: Mask, declined: Mask
) -> ExpectedPerformance:
    """What the outcomes of these applications will show, with 95 % intervals from drawn outcomes.

    Precision and recall are those of declining. The draws are the same for the same probabilities,
    so that a window reported twice is reported alike.

    Args:
        probability: of default, of each application.
        approved: which of them were approved.
        declined: which of them were declined.

    Raises:
        ValueError: no probabilities, or one that is none.
    """
    if not len(probability) or not np.all((probability >= 0) & (probability <= 1)):
        raise ValueError(f"{len(probability)} values are not all probabilities")
    drawn = _Drawn(*np.hstack([*_draws(probability, approved, declined)]))
    refused, bad = float(probability[declined].sum()), float(probability.sum())
    return ExpectedPerformance(
        auc=_estimate(expected_auc(probability), drawn.area),
        precision=_share(probability[declined], drawn.declined),
        recall=_estimate(_ratio(refused, bad), _ratios(drawn.declined, drawn.all)),
        default_rate=_share(probability, drawn.all),
        approved_default_rate=_share(probability[approved], drawn.approved),
        approval_rate=float(approved.mean()),
    )


class _Drawn(NamedTuple):
    """Of each draw the AUC, and the defaults among all, the approved and the declined."""

    area: Doubles
    all: Doubles
    approved: Doubles
    declined: Doubles


def _draws(probability: Doubles, approved: Mask, declined: Mask) -> Iterator[Doubles]:
    """The draws, a few at a time where there are many probabilities; shape (4, draws)."""
    draw = np.random.default_rng(_SEED)
    block = max(1, _BLOCK // len(probability))
    for first in range(0, DRAWS, block):
        labels = draw.random((min(block, DRAWS - first), len(probability))) < probability
        counts = [labels[:, some].sum(axis=1) for some in (slice(None), approved, declined)]
        yield np.stack([areas(probability, labels), *counts])


def doubted(
    expected: ExpectedPerformance, *, covariates: bool = False, calibration: bool = False
) -> ExpectedPerformance:
    """The estimate with the reasons to doubt it added to those that it has."""
    found = {Doubt.COVARIATES: covariates, Doubt.CALIBRATION: calibration}
    doubts = [one for one, holds in found.items() if holds or one in expected.doubts]
    return msgspec.structs.replace(expected, doubts=tuple(one.value for one in doubts))


def expected_auc(probability: Doubles) -> float:
    """Expected rightly ordered pairs over expected pairs of one default and one good; NaN if none.

    >>> round(expected_auc(np.array([0.2, 0.8])), 3)
    0.941
    """
    _, group = np.unique(probability, return_inverse=True)
    bad = np.bincount(group, weights=probability)
    good = np.bincount(group, weights=1 - probability)
    alone = np.bincount(group, weights=probability * (1 - probability))
    below = np.cumsum(good) - good
    right = float((bad * below + (bad * good - alone) / 2).sum())
    return _ratio(right, float(bad.sum() * good.sum() - alone.sum()))


def _share(probability: Doubles, defaults: Doubles) -> Estimate | None:
    if not len(probability):
        return None
    return _estimate(float(probability.mean()), defaults / len(probability))


def _estimate(value: float, drawn: Doubles) -> Estimate | None:
    """None where there is nothing to estimate, as of the AUC of one class."""
    known = drawn[~np.isnan(drawn)]
    if np.isnan(value) or 2 * len(known) < len(drawn):
        return None
    low, high = np.quantile(known, _LEVELS).tolist()
    return Estimate(value=value, low=min(low, value), high=max(high, value))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _ratios(parts: Doubles, wholes: Doubles) -> Doubles:
    return np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes > 0)
