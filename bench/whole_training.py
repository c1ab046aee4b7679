"""A whole training run on synthetic data, and how near it comes to the best possible."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bench.cost import Cost, cost_of
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from training.attained import Attained

_GIGABYTE, _MINUTE = 1e9, 60
_MANY_ROWS = 200_000
"""The share of the best possible grows with the rows: the bounds are for the full size."""


def measure(data: Path | None, scale: Scale) -> Findings:
    """Over a synthetic Kaggle folder with its `truth.csv`; over a new one where none is given."""
    with tempfile.TemporaryDirectory(prefix="creditstream-training-") as work:
        folder = data.resolve() if data else Path(work) / "data"
        if data is None:
            count = str(scale.history_applicants)
            cost_of("producer", "synthesize", "--out", str(folder), "--applicants", count)
        registry = {"MLFLOW_TRACKING_URI": f"sqlite:///{work}/mlflow.db"}
        cost = cost_of(
            "training", "train", "--data", str(folder), "--no-promote", variables=registry
        )
        return findings(cost, _attained(folder / "truth.csv", registry))


def _attained(truth: Path, variables: Mapping[str, str]) -> Attained:
    command = [sys.executable, "-m", "training", "attained", "1", "--truth", str(truth), "--json"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, check=True, env={**os.environ, **variables}
    )
    return msgspec.convert(json.loads(done.stdout), Attained)


def findings(cost: Cost, found: Attained) -> Findings:
    """What the run took and what its model is worth."""
    table = Table(
        name="training",
        title="A whole training run",
        about=f"`training train` on {found.rows:,} applicants and all seven tables, from the start "
        "of the command to the registered version; the best possible is the AUC of the true "
        "probabilities that the outcomes were drawn from (`training attained`)",
        rows=[
            {
                "minutes": f"{cost.wall / _MINUTE:.1f}",
                "processor minutes": f"{cost.processor / _MINUTE:.1f}",
                "most memory, GB": f"{cost.memory / _GIGABYTE:.1f}",
                "AUC out of fold": str(found.auc),
                "best possible": str(found.best),
                "share of the best above 0.5": str(found.share),
            }
        ],
        chart=Chart(
            kind="bars",
            x="",
            y="AUC",
            series={"AUC": [("out of fold", found.auc.value), ("best possible", found.best.value)]},
        ),
    )
    figures = {
        "minutes": cost.wall / _MINUTE,
        "memory, GB": cost.memory / _GIGABYTE,
        "share of the best possible": found.share.value,
    }
    return Findings(tables=[table], figures=figures if found.rows >= _MANY_ROWS else {})
