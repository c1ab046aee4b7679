"""A training run from a Kaggle folder to a registered model: read, fit, judge, record."""

import datetime as dt
from collections.abc import Callable

from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from runtime.settings import MlflowSettings
from training.artifacts import recorded
from training.calibrate import Method, WorthlessScoresError
from training.card.update import update_card
from training.champion import Motive, promote
from training.dataset import choose_features, constant_features
from training.errors import BadInputError
from training.estimation import Estimate, estimate, search_and_estimate
from training.evaluation_words import evaluation_in_words
from training.loading import Loaded, load
from training.measuring import measure_costs
from training.model import Judged, Rulebook, build_model
from training.options import TrainingOptions
from training.parameters import Plan
from training.policy import read_policy
from training.provenance import origin
from training.reasons import read_catalogue
from training.register import check_registry, register
from training.train import TrainingRows, check_room_for_splits

Say = Callable[[str], None]


def train(
    options: TrainingOptions, settings: MlflowSettings, motive: Motive, say: Say
) -> str | None:
    """Train, judge and register a model; the version, or None where it is measured alone.

    Raises:
        BadInputError: the data or an option cannot be used.
        RefusedError: the gate refuses the version, which is registered all the same.
        MlflowException: the registry is away; no version is left behind.
    """
    rulebook = Rulebook(read_policy(options.policy), read_catalogue(options.catalogue))
    if not options.with_protected:
        check_registry(settings)
    loaded = load(options)
    rows = _model_rows(options, loaded, say)
    plan = options.plan(loaded.dataset)
    estimated = _estimate(options, rows, plan, rulebook.policy.calibration.method)
    say(_figures(estimated.judged))
    costs = measure_costs(options, loaded.dataset, rows, plan, estimated.judged)
    for cost in costs:
        say(str(cost))
    if options.with_protected:
        say("protected attributes are in this model: it is measured, not registered")
        return None
    now = dt.datetime.now(dt.UTC)
    judged, recipe = estimated.judged, estimated.recipe
    model = build_model(
        loaded.dataset,
        rows,
        judged,
        recipe,
        rulebook,
        trained_at=now,
        unlabelled=loaded.unlabelled,
    )
    say(evaluation_in_words(model.evaluation))
    with recorded(
        options,
        loaded,
        model,
        name=settings.model_name,
        made=origin(motive.by),
        trials=estimated.trials,
        costs=costs,
    ) as record:
        version = register(settings, record)
    say(f"{settings.model_name} version {version} is registered")
    if options.promote:
        for words in promote(settings, version, motive, rulebook.policy.gate).in_words:
            say(words)
        say(f"{settings.model_name} version {version} is in force as {settings.model_alias}")
        tell_on_card(settings, version, say)
    return version


def tell_on_card(settings: MlflowSettings, version: str, say: Say) -> None:
    """Write the card of a version in force anew; where that fails, the version is so all the same.

    The failure is told, not raised: whoever read of one would promote the version again.
    """
    try:
        update_card(settings, version)
    except (BadInputError, IncompatibleBundleError, MlflowException, OSError) as error:
        say(f"note: the card of version {version} does not tell of it yet: {error}")


def _model_rows(options: TrainingOptions, loaded: Loaded, say: Say) -> TrainingRows:
    for note in loaded.notes:
        say(note)
    constant = constant_features(loaded.dataset)
    if constant:
        say(f"{len(constant)} features are constant here and left out: {', '.join(constant)}")
    features = choose_features(loaded.dataset, with_protected=options.with_protected)
    return loaded.dataset.model_rows(features)


def _estimate(options: TrainingOptions, rows: TrainingRows, plan: Plan, method: Method) -> Estimate:
    try:
        check_room_for_splits(len(rows.target), plan)
        if options.trials:
            return search_and_estimate(rows, plan, options.trials, options.study, method)
        return estimate(rows, plan, method)
    except WorthlessScoresError as error:
        raise BadInputError(
            f"{options.data}: nothing can be learned from {len(rows.target):,} rows with "
            f"{int(rows.target.sum()):,} defaults: {error}"
        ) from error


def _figures(judged: Judged) -> str:
    found = judged.quality
    return (
        f"{found.rows:,} rows, {found.default_rate:.2%} defaults; out of fold: "
        f"AUC {found.auc}, Gini {found.gini:.4f}, KS {found.ks:.4f}, "
        f"Brier {found.brier:.5f}, log loss {found.log_loss:.5f}, ECE {found.ece:.5f}; "
        f"{judged.out_of_fold.median_rounds} trees of {judged.out_of_fold.rounds}"
    )
