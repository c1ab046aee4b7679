"""What an application costs on its way through the scorer, step by step, one core."""

import datetime as dt

import numpy as np

from bench.material import Material
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.timing import side_by_side
from contracts.codec import decode_application, encode
from contracts.features import CategoryCoder, application_columns, feature_matrix
from contracts.packing import pack
from contracts.records import RawRecord
from scorer.applications import receive_applications
from scorer.scoring import BatchScorer, History

_BATCH = 256


def measure(material: Material, scale: Scale) -> Findings:
    """Microseconds an application, in a batch of 256."""
    bundle = material.model()
    raw = material.encoded()[:_BATCH]
    applications = material.applications()[:_BATCH]
    records = [
        RawRecord("loan.applications", 0, at, str(one.SK_ID_CURR).encode(), value)
        for at, (one, value) in enumerate(zip(applications, raw, strict=True))
    ]
    coder, scorer = CategoryCoder(bundle.manifest.categories), BatchScorer(bundle)
    now = dt.datetime.now(dt.UTC)
    width = len(bundle.manifest.history_features)
    histories = np.zeros((_BATCH, width), np.float32)
    known = [History(now, bundle.manifest.history_version, row) for row in histories]
    columns = application_columns(applications)
    matrix = feature_matrix(columns, coder, histories)
    applied, _ = receive_applications(records, "scorer")
    scores = scorer.score(applied, known, now).scores
    timings = side_by_side(
        {
            "decode and validate": lambda: [decode_application(value) for value in raw],
            "decode, headers included": lambda: receive_applications(records, "scorer"),
            "into columns": lambda: application_columns(applications),
            "features": lambda: feature_matrix(columns, coder, histories),
            "trees": lambda: bundle.raw_scores(matrix),
            "pack the features": lambda: [pack(row) for row in matrix],
            "score, from applications to events": lambda: scorer.score(applied, known, now),
            "encode": lambda: [encode(one) for one in scores],
        },
        scale.call_rounds,
    )
    cost = {name: each.scaled(1e6 / _BATCH) for name, each in timings.items()}
    size = sum(len(value) for value in raw) / _BATCH
    table = Table(
        name="steps",
        title="One application through the scorer",
        about=f"events of {size:,.0f} bytes, {matrix.shape[1]} features, {width} of them of the "
        f"history; microseconds each in a batch of {_BATCH}; median (least to greatest)",
        rows=[{"step": name, "microseconds": each.text(1)} for name, each in cost.items()],
        chart=Chart(
            kind="bars",
            x="",
            y="\u00b5s an application",
            series={"one step": [(name, each.median) for name, each in cost.items()]},
        ),
    )
    return Findings(tables=[table], figures={name: each.median for name, each in cost.items()})
