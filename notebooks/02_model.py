# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2. Features and model
#
# What the model in force takes in, how its parameters are chosen without looking at the rows that
# judge it, whether its probabilities mean what they say, and where the decisions are cut.
#
# `MLFLOW_TRACKING_URI` says where the registry is. Folds and search are run once more here, on the
# applications of `CREDITSTREAM_DATA` alone, which takes seconds; every other figure is the record
# of the training run.

# %%
# %matplotlib inline
import warnings

warnings.filterwarnings("ignore", message="IProgress not found")

# %%
import pandas as pd
from IPython.display import Markdown, display

from deploy.local.notebook_inputs import NotebookSettings, data_folder
from runtime.model_registry import ModelRegistry
from runtime.settings import MlflowSettings
from training.applications import read_applications
from training.choice_plots import folds_plot, trials_plot
from training.cross_validation import cross_validate
from training.dataset import build_dataset, choose_features
from training.evaluation_plots import evaluation_figures
from training.importance_plots import family_bars
from training.run_records import RunRecords
from training.search import Search, open_storage
from training.search_space import search_space
from training.tables import Allowances

settings = MlflowSettings()
registry = ModelRegistry(settings)
bundle = registry.load(registry.champion_version())
records = RunRecords(settings, bundle.version)
manifest, evaluation, run = bundle.manifest, records.evaluation(), records.settings()
plan, choice = run.recipe.plan, run.recipe.choice
figures = evaluation_figures(evaluation)
quality = evaluation.quality
Markdown(
    f"{bundle.name} version {bundle.version}: **{len(manifest.model_features)}** of "
    f"{len(manifest.features)} features, {choice.rounds} trees, {quality.rows:,} training rows, "
    f"{quality.default_rate:.2%} of them defaults."
)

# %% [markdown]
# ## Features
#
# Application columns, features derived from them, and the histories of six more tables; each history
# feature is explained in `docs/features.md`. The trees take those that gain most in a quick model,
# chosen anew inside every fold. Gender, family status, age and ratios to age are not offered.

# %%
family_bars("Where the model's features come from", records.importance().tables)

# %% [markdown]
# ## Folds
#
# Every row is scored by a model that neither saw it nor was tuned by it: the features and the number
# of trees of an outer fold come from inner folds of its own training part. The figure that counts is
# the one over all rows; the folds' own intervals say how far a single fold can stray.

# %%
applications = read_applications(
    data_folder(NotebookSettings()), "application_train", Allowances(tables=False, columns=False)
)
dataset = build_dataset(applications, None)
rows = dataset.model_rows(choose_features(dataset, with_protected=False))
out_of_fold = cross_validate(rows, plan, lambda: None)
folds_plot(out_of_fold, rows.target)

# %% [markdown]
# ## Search
#
# `train --trials` lets each outer fold search LightGBM's parameters in its own training part, by
# seeded and pruned trials on inner folds. A few trials, to show what a search sees: where dots lie
# level, a parameter hardly matters.

# %%
trials = []
space = search_space(len(rows.target), plan)
search = Search(trials=8, space=space, storage=open_storage(None), observe=trials.append)
search(rows, plan, "all rows")
best = min((one for one in trials if one.rounds), key=lambda one: one.loss)
display(
    Markdown(
        f"Best of {len(trials)} trials ({sum(one.rounds is None for one in trials)} pruned): number "
        f"{best.number + 1}, log loss {best.loss:.5f} with {best.rounds} trees."
    )
)
trials_plot(trials)

# %% [markdown]
# ## Quality
#
# Everything from here on is of rows out of fold, as the training run recorded it.

# %%
intervals = {name: str(interval) for name, interval in evaluation.intervals.items()}
display(
    pd.DataFrame(intervals.items(), columns=["figure", "value with its 95 % interval"]).style.hide(
        axis="index"
    )
)
figures["roc"]

# %%
figures["gain"]

# %% [markdown]
# ## Calibration
#
# A probability of 10 % has to mean that one in ten defaults: the decisions below are costs times
# probabilities. Each dot is a tenth of the applicants.

# %%
display(
    Markdown(
        f"Method in force: **{evaluation.calibration_method}**; expected calibration error "
        f"{quality.ece:.4f} over ten bins of equal count, Brier score {quality.brier:.4f}."
    )
)
figures["reliability"]

# %%
figures["calibrations"]

# %% [markdown]
# ## Decision
#
# Costs stand in `training/policy.toml`: what a default loses, what a good loan earns, what a review
# costs and how many can be made. Approve, refer or decline: whichever is expected to earn most at
# the applicant's probability, within what the reviewers can manage. Where they are few, the
# thresholds lie closer together than the lines cross.

# %%
policy = manifest.policy
display(
    Markdown(
        f"Approve below {policy.approve_below:.2%}, decline from {policy.decline_from:.2%}, refer "
        "between."
    )
)
figures["profit"]

# %%
figures["profit_curve"]

# %%
figures["points"]
