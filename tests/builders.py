"""Small things that tests are made of: applications, histories, a tiny model, scores."""

import datetime as dt
import functools
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt

from contracts.application import CATEGORICAL, LoanApplication
from contracts.bundle import BundleManifest, Calibration, DecisionPolicy, PointsScale, ReasonGroup
from contracts.events import HistoryAggregated
from contracts.features import CategoryCoder, application_columns, feature_matrix
from contracts.packing import FloatMatrix, pack
from runtime.model_bundle import ModelBundle, read_bundle, write_bundle

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
HISTORY_VERSION = "history-1"
HISTORY_FEATURES = ("LATE_SHARE", "DEBT_SUM", "LOAN_COUNT")
LEVELS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(CATEGORICAL, ()),
    "CODE_GENDER": ("F", "M"),
    "NAME_CONTRACT_TYPE": ("Cash loans", "Revolving loans"),
    "NAME_INCOME_TYPE": ("Pensioner", "State servant", "Working"),
    "OCCUPATION_TYPE": ("Drivers", "Laborers", "Managers"),
}
REASONS = (
    ReasonGroup(
        code="EXTERNAL_SCORES",
        text="The scores of credit bureaus are low.",
        features=("EXT_SOURCE_MEAN", "EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"),
    ),
    ReasonGroup(
        code="AMOUNT_TO_INCOME",
        text="The credit is large for the income.",
        features=("CREDIT_TO_INCOME", "AMT_CREDIT", "AMT_INCOME_TOTAL"),
    ),
    ReasonGroup(
        code="OCCUPATION",
        text="The kind of work.",
        features=("OCCUPATION_TYPE", "NAME_INCOME_TYPE"),
    ),
    ReasonGroup(
        code="BUREAU_ENQUIRIES",
        text="The number of recent bureau inquiries is high.",
        features=("AMT_REQ_CREDIT_BUREAU_YEAR", "ENQUIRY_COUNT"),
    ),
    ReasonGroup(
        code="LATE_PAYMENTS",
        text="Earlier instalments were paid late.",
        features=("LATE_SHARE",),
    ),
    ReasonGroup(
        code="DEBT",
        text="The debt with other lenders is high.",
        features=("DEBT_SUM", "LOAN_COUNT"),
    ),
)


def an_application(sk_id_curr: int = 100_001, **columns: float | str | None) -> LoanApplication:
    """A plausible application, with some columns as wanted."""
    usual: dict[str, float | str | None] = {
        "NAME_CONTRACT_TYPE": "Cash loans",
        "CODE_GENDER": "F",
        "AMT_INCOME_TOTAL": 135_000.0,
        "AMT_CREDIT": 450_000.0,
        "AMT_ANNUITY": 22_500.0,
        "NAME_INCOME_TYPE": "Working",
        "DAYS_BIRTH": -14_000.0,
        "DAYS_EMPLOYED": -2_000.0,
        "OCCUPATION_TYPE": "Laborers",
        "EXT_SOURCE_2": 0.55,
        "EXT_SOURCE_3": 0.5,
        "AMT_REQ_CREDIT_BUREAU_YEAR": 2.0,
    }
    return LoanApplication(sk_id_curr, **(usual | columns))  # type: ignore[arg-type]


def some_applications(count: int, seed: int = 7) -> list[LoanApplication]:
    """Random applications with ids from 100,001 on; the same seed gives the same ones."""
    draw = random.Random(seed)
    return [_random_application(100_001 + at, draw) for at in range(count)]


def a_history(
    application_id: int = 100_001,
    values: Sequence[float] | None = (0.25, 40_000.0, 3.0),
    *,
    as_of: dt.datetime = NOON,
    version: str = HISTORY_VERSION,
) -> HistoryAggregated:
    """A history of the tiny model's version; no values say that there is none."""
    features = None if values is None else pack(np.array(values))
    return HistoryAggregated(
        application_id=application_id, as_of=as_of, history_version=version, features=features
    )


def a_manifest(
    *,
    approve_below: float = 0.1,
    decline_from: float = 0.4,
    history_version: str = HISTORY_VERSION,
) -> BundleManifest:
    """The manifest of the tiny model."""
    model_features = tuple(name for group in REASONS for name in group.features)
    return BundleManifest(
        history_version=history_version,
        history_features=HISTORY_FEATURES,
        model_features=model_features,
        categories=LEVELS,
        calibration=Calibration(slope=1.1, intercept=-0.2),
        points=PointsScale(),
        policy=DecisionPolicy(approve_below=approve_below, decline_from=decline_from),
        reasons=REASONS,
        importance={name: 1.0 / (at + 1) for at, name in enumerate(model_features)},
        trained_at=NOON.isoformat(),
    )


def a_reference(rows: int = 400, seed: int = 7) -> FloatMatrix:
    """The feature matrix of random applicants, with random histories."""
    draw = np.random.default_rng(seed)
    histories = draw.random((rows, len(HISTORY_FEATURES))).astype(np.float32)
    columns = application_columns(some_applications(rows, seed))
    return feature_matrix(columns, CategoryCoder(LEVELS), histories)


@functools.cache
def tree_text(seed: int = 7) -> str:
    """Trees that learned from random applicants: low external scores are a risk."""
    matrix, manifest = a_reference(seed=seed), a_manifest()
    at = [manifest.features.index(name) for name in manifest.model_features]
    categories = [place for place, name in enumerate(manifest.model_features) if name in LEVELS]
    settings = {
        "objective": "binary",
        "num_leaves": 7,
        "min_data_in_leaf": 10,
        "min_data_per_group": 10,
        "learning_rate": 0.2,
        "num_threads": 1,
        "deterministic": True,
        "seed": seed,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(
        np.ascontiguousarray(matrix[:, at]),
        _labels(matrix, manifest.features, seed),
        feature_name=list(manifest.model_features),
        categorical_feature=categories,
    )
    text: str = lightgbm.train(settings, data, num_boost_round=20).model_to_string()
    return text


def a_bundle(folder: Path, manifest: BundleManifest | None = None, seed: int = 7) -> ModelBundle:
    """The tiny model, written to a folder and read back; another seed gives other trees."""
    write_bundle(folder, manifest or a_manifest(), tree_text(seed), a_reference())
    return read_bundle(folder, "creditstream", "1")


def _labels(matrix: FloatMatrix, names: Sequence[str], seed: int) -> npt.NDArray[np.float64]:
    scores = np.nan_to_num(matrix[:, names.index("EXT_SOURCE_MEAN")], nan=0.5)
    late = matrix[:, names.index("LATE_SHARE")]
    drivers = matrix[:, names.index("OCCUPATION_TYPE")] == 0
    noise = np.random.default_rng(seed).normal(scale=0.5, size=len(matrix))
    defaulted: npt.NDArray[np.bool_] = 2 * late + drivers + noise > 0.5 + 4 * scores
    return defaulted.astype(np.float64)


def _random_application(sk_id_curr: int, draw: random.Random) -> LoanApplication:
    return an_application(
        sk_id_curr,
        NAME_CONTRACT_TYPE=draw.choice(LEVELS["NAME_CONTRACT_TYPE"]),
        CODE_GENDER=draw.choice(LEVELS["CODE_GENDER"]),
        NAME_INCOME_TYPE=draw.choice(LEVELS["NAME_INCOME_TYPE"]),
        OCCUPATION_TYPE=draw.choice([*LEVELS["OCCUPATION_TYPE"], None]),
        AMT_INCOME_TOTAL=round(draw.lognormvariate(11.9, 0.5)),
        AMT_CREDIT=round(draw.lognormvariate(13, 0.6)),
        DAYS_BIRTH=float(-draw.randint(7_500, 25_000)),
        EXT_SOURCE_1=draw.choice([None, draw.random()]),
        EXT_SOURCE_2=draw.random(),
        EXT_SOURCE_3=draw.choice([None, draw.random(), draw.random()]),
        AMT_REQ_CREDIT_BUREAU_YEAR=float(draw.randint(0, 8)),
    )
