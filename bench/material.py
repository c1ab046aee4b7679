"""What is scored in the benchmarks: synthetic applicants, their histories, a model of real size."""

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.application import CATEGORICAL, LoanApplication
from contracts.bundle import BUNDLE_FORMAT, BundleManifest, Calibration, DecisionPolicy, PointsScale
from contracts.codec import encode
from contracts.features import (
    FEATURE_VERSION,
    PROTECTED,
    CategoryCoder,
    application_columns,
    feature_matrix,
    feature_names,
)
from contracts.packing import FloatMatrix
from producer.generator import generate
from producer.histories import HistoryFile, open_histories
from runtime.compiled_code import kept
from runtime.model_bundle import ModelBundle, read_bundle, write_bundle
from runtime.tree_kernel import evaluate
from training.histories.aggregation import HISTORY_VERSION
from training.reasons import DEFAULT_CATALOGUE, group_features, read_catalogue

APPLICANTS, TREES, FEATURES, LEAVES = 10_000, 700, 250, 31
MODEL_NAME = "creditstream"
_SEED = 20_262
_REFERENCE_ROWS = 4_000
_SCREENING_TREES = 60
_BOOSTING = {
    "objective": "binary",
    "num_leaves": LEAVES,
    "learning_rate": 0.03,
    "feature_fraction": 0.3,
    "min_data_in_leaf": 40,
    "min_data_per_group": 50,
    "cat_smooth": 30.0,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
    "seed": _SEED,
    "verbosity": -1,
}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """Files that every benchmark on the stream shares; they are made once."""

    folder: Path

    @property
    def histories(self) -> Path:
        """History features of every applicant."""
        return self.folder / "histories.parquet"

    @property
    def bundle(self) -> Path:
        """The model."""
        return self.folder / "bundle"

    @property
    def compiled(self) -> Path:
        """What numba compiles, kept for every process of every run."""
        return self.folder.absolute() / "compiled"

    def model(self) -> ModelBundle:
        """The model, its trees compiled as the scorer compiles them."""
        bundle = read_bundle(self.bundle, MODEL_NAME, "1")
        with kept(self.compiled, evaluate):
            bundle.compile_trees()
        return bundle

    def applications(self) -> list[LoanApplication]:
        """The application of every applicant."""
        return list(generate(APPLICANTS, _SEED))

    def encoded(self) -> list[bytes]:
        """The applications as they are published."""
        return [encode(one) for one in self.applications()]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the model is fitted to, in the full feature space."""

    matrix: FloatMatrix
    target: npt.NDArray[np.float64]
    categories: Mapping[str, tuple[str, ...]]
    histories: HistoryFile

    @property
    def names(self) -> tuple[str, ...]:
        return feature_names(self.histories.features)

    def columns(self, names: tuple[str, ...]) -> FloatMatrix:
        return np.ascontiguousarray(self.matrix[:, [self.names.index(name) for name in names]])


def material(parent: Path, say: Say) -> Material:
    """What an earlier run left below the folder, or made anew; half a folder is never taken.

    Raises:
        CalledProcessError: a command of ours failed.
    """
    folder = parent / f"material-{BUNDLE_FORMAT}-{FEATURE_VERSION}-{HISTORY_VERSION}"
    if not folder.exists():
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="unfinished-", dir=parent) as unfinished:
            made = Path(unfinished) / "made"
            _make(Material(made), say)
            made.rename(folder)
    return Material(folder)


def _make(made: Material, say: Say) -> None:
    data = made.folder / "data"
    say(f"{APPLICANTS:,} synthetic applicants and their histories")
    _run("producer", "synthesize", f"--out={data}", f"--applicants={APPLICANTS}", f"--seed={_SEED}")
    _run("training", "histories", f"--data={data}", f"--out={made.histories}")
    say(f"a model of {TREES} trees of {LEAVES} leaves over {FEATURES} features")
    rows = _rows(
        made, pd.read_csv(data / "application_train.csv", usecols=["SK_ID_CURR", "TARGET"])
    )
    names = _screened(rows)
    booster = _fit(rows, names, TREES)
    draw = np.random.default_rng(_SEED).permutation(len(rows.matrix))[:_REFERENCE_ROWS]
    manifest = _manifest(rows, names, booster)
    write_bundle(made.bundle, manifest, booster.model_to_string(), rows.matrix[np.sort(draw)])
    shutil.rmtree(data)


def _run(package: str, *arguments: str) -> None:
    command = [sys.executable, "-m", package, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own


def _rows(made: Material, outcomes: pd.DataFrame) -> _Rows:
    """The applicants whose outcome is known, with their histories joined."""
    targets = dict(zip(outcomes["SK_ID_CURR"], outcomes["TARGET"], strict=True))
    known = [one for one in made.applications() if one.SK_ID_CURR in targets]
    columns = application_columns(known)
    categories = {
        name: tuple(sorted({level for level in levels if level is not None}))
        for name, levels in zip(CATEGORICAL, columns.levels, strict=True)
    }
    file = open_histories(made.histories)
    table = pd.read_parquet(made.histories).set_index("SK_ID_CURR")
    joined = table.reindex([one.SK_ID_CURR for one in known])[list(file.features)]
    matrix = feature_matrix(columns, CategoryCoder(categories), joined.to_numpy(dtype=np.float32))
    target = np.array([targets[one.SK_ID_CURR] for one in known], dtype=np.float64)
    return _Rows(matrix, target, categories, file)


def _screened(rows: _Rows) -> tuple[str, ...]:
    """The features that gain most in a quick model, in the matrix's order."""
    allowed = tuple(name for name in rows.names if name not in PROTECTED)
    gains = _fit(rows, allowed, _SCREENING_TREES).feature_importance("gain")
    strongest = np.sort(np.argsort(-gains, kind="stable")[:FEATURES])
    return tuple(allowed[at] for at in strongest)


def _fit(rows: _Rows, names: tuple[str, ...], trees: int) -> lgb.Booster:
    data = lgb.Dataset(
        rows.columns(names),
        rows.target,
        feature_name=list(names),
        categorical_feature=[name for name in names if name in CATEGORICAL],
        params={"verbosity": -1},
    )
    return lgb.train(_BOOSTING, data, trees)


def _manifest(rows: _Rows, names: tuple[str, ...], booster: lgb.Booster) -> BundleManifest:
    gains = booster.feature_importance("gain").tolist()
    return BundleManifest(
        history_version=rows.histories.version,
        history_features=rows.histories.features,
        model_features=names,
        categories=rows.categories,
        calibration=Calibration(),
        points=PointsScale(),
        policy=DecisionPolicy(approve_below=0.06, decline_from=0.2),
        reasons=group_features(read_catalogue(DEFAULT_CATALOGUE), names),
        importance=dict(zip(names, gains, strict=True)),
        trained_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
