"""Synthetic applications without their histories: endless supply for the stream."""

from collections.abc import Iterator

import numpy as np

from contracts.application import LoanApplication
from producer.synthesis.applications import draw_applications
from producer.synthesis.portfolio import chunks
from producer.synthesis.tables import FloatArray, Frame, Kind, schema
from producer.synthesis.traits import draw_traits


def generate(applicants: int, seed: int) -> Iterator[LoanApplication]:
    """The applications that `synthesize` writes for the same number and seed."""
    for rng, ids in chunks(applicants, seed):
        yield from _events(draw_applications(rng, draw_traits(rng, len(ids)), ids))


def _events(frame: Frame) -> Iterator[LoanApplication]:
    kinds = schema()["application"]
    columns = [_values(frame[name], kind) for name, kind in kinds.items() if name != "SK_ID_CURR"]
    ids = frame["SK_ID_CURR"].astype(np.int64).tolist()
    for row in zip(ids, *columns, strict=True):
        yield LoanApplication(*row)


def _values(values: FloatArray, kind: Kind) -> list[float | str | None]:
    """A column as an event holds it: words for codes, None where missing."""
    cells = zip(values.tolist(), np.isnan(values).tolist(), strict=True)
    if isinstance(kind, str):
        return [None if missing else number for number, missing in cells]
    return [None if missing else kind[int(number)] for number, missing in cells]
