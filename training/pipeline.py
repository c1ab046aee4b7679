"""A training run from a Kaggle folder to a registered model: read, fit, judge, record."""

import datetime as dt
from collections.abc import Callable

from runtime.settings import MlflowSettings
from training.artifacts import recorded
from training.cross_validation import cross_validate, final_choice
from training.dataset import choose_features, constant_features
from training.loading import Loaded, load
from training.model import Judged, Rulebook, TrainedModel, build_model, judge
from training.options import TrainingOptions
from training.parameters import Plan, Recipe
from training.policy import read_policy
from training.progress import progress_bar
from training.reasons import read_catalogue
from training.register import check_registry, promote, register
from training.train import TrainingRows

Say = Callable[[str], None]


def train(options: TrainingOptions, settings: MlflowSettings, say: Say) -> str | None:
    """Train, judge and register a model; the version, or None where it is measured alone.

    Raises:
        BadInputError: the data or an option cannot be used.
        MlflowException: the registry is away; no version is left behind.
    """
    rulebook = Rulebook(read_policy(options.policy), read_catalogue(options.catalogue))
    if not options.with_protected:
        check_registry(settings)
    loaded = load(options)
    rows = _model_rows(options, loaded, say)
    plan = options.plan(len(rows.target))
    judged = _judge(rows, plan)
    say(_figures(judged))
    if options.with_protected:
        say("protected attributes are in this model: it is measured, not registered")
        return None
    now = dt.datetime.now(dt.UTC)
    recipe = Recipe(plan=plan, choice=final_choice(rows, plan, judged.out_of_fold))
    model = build_model(loaded.dataset, rows, judged, recipe, rulebook, trained_at=now)
    with recorded(options, plan, loaded, model) as record:
        version = register(settings, record)
    say(_decisions(model))
    if options.promote:
        promote(settings, version)
    state = f"in force as {settings.model_alias}" if options.promote else "not in force"
    say(f"{settings.model_name} version {version} is registered, {state}")
    return version


def _model_rows(options: TrainingOptions, loaded: Loaded, say: Say) -> TrainingRows:
    for note in loaded.notes:
        say(note)
    constant = constant_features(loaded.dataset)
    if constant:
        say(f"{len(constant)} features are constant here and left out: {', '.join(constant)}")
    features = choose_features(loaded.dataset, with_protected=options.with_protected)
    return loaded.dataset.model_rows(features)


def _judge(rows: TrainingRows, plan: Plan) -> Judged:
    with progress_bar("folds", plan.folds) as step:
        return judge(cross_validate(rows, plan, step), rows.target)


def _figures(judged: Judged) -> str:
    found = judged.quality
    return (
        f"{found.rows:,} rows, {found.default_rate:.2%} defaults; out of fold: "
        f"AUC {found.auc}, Gini {found.gini:.4f}, KS {found.ks:.4f}, "
        f"Brier {found.brier:.5f}, log loss {found.log_loss:.5f}, ECE {found.ece:.5f}; "
        f"{judged.out_of_fold.median_rounds} trees of {judged.out_of_fold.rounds}"
    )


def _decisions(model: TrainedModel) -> str:
    policy, probability = model.manifest.policy, model.judged.probability
    approved = float((probability < policy.approve_below).mean())
    declined = float((probability >= policy.decline_from).mean())
    return (
        f"approve below {policy.approve_below:.4f} ({approved:.1%}), "
        f"decline from {policy.decline_from:.4f} ({declined:.1%}), "
        f"refer between ({1 - approved - declined:.1%})"
    )
