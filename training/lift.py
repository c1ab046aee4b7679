"""How defaults gather where the scores say so: the gain and lift table. Pure."""

import msgspec
import numpy as np

from training.evaluate import Doubles

TENTHS = 10


class LiftRow(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the applicants, the riskiest first.

    Attributes:
        tenth: 1 for the riskiest.
        rows: how many applicants.
        defaults: how many of them defaulted.
        default_rate: their share.
        predicted: the mean probability.
        gain: the share of all defaults in this tenth and those before it.
        lift: the default rate of this tenth and those before it, over that of everyone.
    """

    tenth: int
    rows: int
    defaults: int
    default_rate: float
    predicted: float
    gain: float
    lift: float


def lift_table(probability: Doubles, target: Doubles) -> tuple[LiftRow, ...]:
    """Tenths of equal count; ties are broken by the order of the rows."""
    order = np.argsort(-probability, kind="stable")
    parts = np.array_split(order, min(TENTHS, len(order)))
    taken = np.cumsum([len(part) for part in parts])
    found = np.cumsum([target[part].sum() for part in parts])
    return tuple(
        LiftRow(
            tenth=at + 1,
            rows=len(part),
            defaults=int(target[part].sum()),
            default_rate=float(target[part].mean()),
            predicted=float(probability[part].mean()),
            gain=float(found[at] / target.sum()),
            lift=float(found[at] / taken[at] / target.mean()),
        )
        for at, part in enumerate(parts)
    )
