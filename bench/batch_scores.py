"""Scores of whole tables, as `python -m training score` gives them, on every core."""

from collections.abc import Callable

import numpy as np

from bench.material import MODEL_NAME, Material
from bench.results import Chart, Findings, Table
from bench.scale import Scale
from bench.timing import Spread, side_by_side
from contracts.features import ApplicationColumns, application_columns
from runtime.attributions import CompiledEngine, Engine, LightGBMEngine
from runtime.model_bundle import ModelBundle, read_bundle
from training.batch import BatchScores, score_table
from training.histories.file import read_histories

_COPIES = 4
"""The table holds every applicant so often: blocks enough for the cores to share fairly."""

_EXPLAINED_BY_LIGHTGBM = 1_000  # it takes milliseconds for each


def measure(material: Material, scale: Scale) -> Findings:
    """Rows a second, from the columns of a table to its scores, with reasons and without."""
    plain, compiled = read_bundle(material.bundle, MODEL_NAME, "1"), material.model()
    applications = _COPIES * material.applications()
    columns = application_columns(applications)
    ids = np.array([one.SK_ID_CURR for one in applications])
    histories = read_histories(material.histories)
    reasons, oracle = CompiledEngine(plain.booster), LightGBMEngine(plain.booster)
    everyone = len(ids)

    def scoring(bundle: ModelBundle, rows: int, engine: Engine | None) -> Callable[[], BatchScores]:
        levels = [one[:rows] for one in columns.levels]
        part = ApplicationColumns(columns.numeric[:rows], levels)
        return lambda: score_table(bundle, ids[:rows], part, histories, reasons=engine)

    told = {
        "scores, LightGBM": (plain, everyone, None),
        "scores, compiled": (compiled, everyone, None),
        "scores and reasons, LightGBM": (plain, _EXPLAINED_BY_LIGHTGBM, oracle),
        "scores and reasons, compiled": (compiled, everyone // _COPIES, reasons),
    }
    timings = side_by_side({name: scoring(*one) for name, one in told.items()}, scale.rounds)
    rates = {name: _rate(timings[name], rows) for name, (_, rows, _) in told.items()}
    return Findings(tables=[_table(rates)], figures={n: each.median for n, each in rates.items()})


def _rate(seconds: Spread, rows: int) -> Spread:
    return Spread(tuple(rows / each for each in seconds.rounds))


def _table(rates: dict[str, Spread]) -> Table:
    return Table(
        name="batch_scores",
        title="Scores of whole tables",
        about="rows a second on every core, from the columns of a table and the histories of its "
        "applicants to probabilities, points and decisions; reading the files is not counted, nor "
        "compiling; median (least to greatest)",
        rows=[{"what": name, "rows a second": each.text(0)} for name, each in rates.items()],
        chart=Chart(
            kind="bars",
            x="",
            y="rows a second",
            logarithmic=True,
            series={"one table": [(name, each.median) for name, each in rates.items()]},
        ),
    )
