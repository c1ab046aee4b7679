"""From rows to everything that a model version is: trees, calibration, policy, reasons. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm as lgb
import msgspec
import numpy as np

from contracts.bundle import BundleManifest, ReasonGroup
from contracts.packing import FloatMatrix
from training.attribution import Attributions, attribute, sample_rows
from training.calibrate import (
    Curve,
    Doubles,
    Method,
    chosen_method,
    cross_fitted,
    fit_calibration,
    probabilities,
)
from training.cohorts import Applicants
from training.cross_validation import OutOfFold
from training.dataset import Dataset
from training.evaluate import Quality, quality
from training.evaluation import Evaluation, Scored, evaluate
from training.global_importance import by_table, global_importance
from training.histories.aggregation import TABLES
from training.importance import Importance
from training.parameters import Recipe
from training.policy import PolicyFile, decide_thresholds
from training.reasons import group_features
from training.reference import drift_reference
from training.train import TrainingRows, fit, screen

_EXPLAINED_ROWS = 1_000
"""So many rows give the mean attribution to a few per cent."""

_HISTORY_TABLES = {table.name: [one.name for one in table.features] for table in TABLES}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What people decide: costs, the points scale, and the catalogue of reasons."""

    policy: PolicyFile
    reasons: Sequence[ReasonGroup]


@dataclass(frozen=True, slots=True)
class Judged:
    """What rows out of fold say of a model.

    Attributes:
        out_of_fold: raw scores by models that had not seen the row.
        curve: the way to calibrate.
        probability: calibrated by curves that had not seen the row's fold.
        quality: the figures.
    """

    out_of_fold: OutOfFold
    curve: Curve
    probability: Doubles
    quality: Quality


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model that can be registered.

    Attributes:
        manifest: everything besides the trees.
        booster: the trees, fitted to all rows.
        reference: rows that drift is measured against.
        attributions: of a sample of the rows.
        importance: what drives it.
        judged: the scores out of fold, with their figures.
        evaluation: all that was measured of them.
        recipe: of the trees.
    """

    manifest: BundleManifest
    booster: lgb.Booster
    reference: FloatMatrix
    attributions: Attributions
    importance: Importance
    judged: Judged
    evaluation: Evaluation
    recipe: Recipe


def judge(out_of_fold: OutOfFold, target: Doubles, method: Method = "platt") -> Judged:
    """The quality of calibrated probabilities that no row's outcome had a part in."""
    raw_scores, fold = out_of_fold.raw_scores, out_of_fold.fold
    curve = chosen_method(method, raw_scores, target, fold)
    probability = cross_fitted(raw_scores, target, fold, curve)
    return Judged(out_of_fold, curve, probability, quality(probability, target))


def build_model(
    dataset: Dataset,
    rows: TrainingRows,
    judged: Judged,
    recipe: Recipe,
    rulebook: Rulebook,
    *,
    trained_at: dt.datetime,
    unlabelled: FloatMatrix | None = None,
) -> TrainedModel:
    """Fit the final trees to all rows and derive what goes with them.

    Args:
        dataset: in the full feature space.
        rows: as the trees are offered them.
        judged: the figures, out of fold.
        recipe: of the final trees.
        rulebook: what people decide.
        trained_at: the time to record.
        unlabelled: applicants without outcomes in the full feature space, if there are any.

    Raises:
        BadInputError: a feature of the model has no reason group.
        WorthlessScoresError: the scores do not order the outcomes.
    """
    plan, offered = recipe.plan, rows
    rows = rows.only(screen(rows, plan))
    reasons = group_features(rulebook.reasons, rows.names)
    booster = fit(rows, plan, recipe.choice)
    sample = sample_rows(len(rows.target), _EXPLAINED_ROWS, plan.seed)
    attributions = attribute(booster, rows.matrix[sample], rows.names)
    manifest = BundleManifest(
        history_version=dataset.history_version,
        history_features=dataset.history_features,
        model_features=tuple(rows.names),
        categories=dataset.categories,
        calibration=fit_calibration(judged.out_of_fold.raw_scores, rows.target, judged.curve),
        points=rulebook.policy.points,
        policy=msgspec.structs.replace(
            decide_thresholds(rulebook.policy.economics, judged.probability),
            refer_unknown=bool(set(rows.names) & set(dataset.history_features)),
        ),
        reasons=reasons,
        importance=attributions.importance(),
        trained_at=trained_at.isoformat(timespec="seconds"),
    )
    reference = drift_reference(dataset.matrix, plan.seed)
    importance = global_importance(
        booster,
        attributions,
        offered,
        judged.out_of_fold,
        reasons={group.code: group.features for group in reasons},
        tables=by_table(rows.names, _HISTORY_TABLES),
        seed=plan.seed,
    )
    shifted = None if unlabelled is None else _probabilities(manifest, booster, unlabelled)
    evaluation = _evaluation(dataset, judged, manifest, rulebook.policy, unlabelled=shifted)
    return TrainedModel(
        manifest, booster, reference, attributions, importance, judged, evaluation, recipe
    )


def _probabilities(manifest: BundleManifest, booster: lgb.Booster, matrix: FloatMatrix) -> Doubles:
    at = [manifest.features.index(name) for name in manifest.model_features]
    raw_scores = booster.predict(np.ascontiguousarray(matrix[:, at]), raw_score=True)
    return probabilities(manifest.calibration, np.asarray(raw_scores, dtype=np.float64))


def _evaluation(
    dataset: Dataset,
    judged: Judged,
    manifest: BundleManifest,
    rules: PolicyFile,
    *,
    unlabelled: Doubles | None,
) -> Evaluation:
    applicants = Applicants(dataset.matrix, dataset.features, dataset.categories)
    scored = Scored(
        raw_scores=judged.out_of_fold.raw_scores,
        fold=judged.out_of_fold.fold,
        probability=judged.probability,
        target=dataset.target,
        segments=applicants.segments(dataset.history_features),
        protected=applicants.protected(),
    )
    return evaluate(
        scored,
        manifest.policy,
        rules,
        calibration_method=judged.curve,
        unlabelled=unlabelled,
    )
