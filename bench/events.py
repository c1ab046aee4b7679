"""What an application costs on its way through the scorer, step by step, one core."""

import numpy as np

from bench.tables import Row, Table
from bench.timing import side_by_side
from contracts.application import CATEGORICAL
from contracts.codec import decode_application, encode
from contracts.features import CategoryCoder, application_columns, feature_matrix
from contracts.packing import pack
from producer.generator import generate

_BATCH = 256
_HISTORY_FEATURES = 250


def events(rounds: int) -> Table:
    """Microseconds an application, in a batch of 256."""
    applications = list(generate(_BATCH, 5))
    raw = [encode(one) for one in applications]
    coder = CategoryCoder(dict.fromkeys(CATEGORICAL, ()))
    histories = np.zeros((_BATCH, _HISTORY_FEATURES), np.float32)
    columns = application_columns(applications)
    matrix = feature_matrix(columns, coder, histories)
    timings = side_by_side(
        {
            "decode and validate": lambda: [decode_application(value) for value in raw],
            "into columns": lambda: application_columns(applications),
            "features": lambda: feature_matrix(columns, coder, histories),
            "pack the features": lambda: [pack(row) for row in matrix],
        },
        rounds,
    )
    size = sum(len(value) for value in raw) / _BATCH
    return Table(
        title="One application through the scorer",
        about=f"events of {size:,.0f} bytes, {matrix.shape[1]} features; microseconds each",
        rows=[
            Row({"step": name, "median": f"{1e6 * each.median / _BATCH:.1f}"})
            for name, each in timings.items()
        ],
    )
