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
# # 3. What drives the scores
#
# Global and local importance of the model in force. `MLFLOW_TRACKING_URI` says where the registry
# is, `MODEL_NAME` and `MODEL_ALIAS` which model. The measures were taken in training and are kept
# with the model; the pictures of single rows use the drift reference that every version carries.

# %%
# %matplotlib inline
import warnings

warnings.filterwarnings("ignore", message="IProgress not found")

# %%
from IPython.display import Markdown, display

from runtime.model_registry import ModelRegistry
from runtime.settings import MlflowSettings
from training.attribution import attribute
from training.dependence_plots import dependence
from training.importance_plots import family_bars, feature_bars, interaction_map
from training.run_records import RunRecords
from training.shap_plots import shap_figures

settings = MlflowSettings()
registry = ModelRegistry(settings)
bundle = registry.load(registry.champion_version())
importance = RunRecords(settings, bundle.version).importance()
manifest = bundle.manifest
Markdown(
    f"{bundle.name} version {bundle.version}, trained {manifest.trained_at}: "
    f"{len(manifest.model_features)} features, {bundle.booster.num_trees()} trees. "
    f"Attributions of {importance.attributed_rows:,} training rows; "
    f"{importance.repeats} shufflings of {importance.permuted_rows:,} rows, each judged by a model "
    "that had not seen it."
)

# %% [markdown]
# ## By feature
#
# Three measures, since each answers another question. The **attribution** (exact SHAP, in log-odds)
# says what moved the scores, the **permutation** what the ranking of rows that the model has not
# seen loses when the feature is shuffled, the **gain** what the trees were built from. Features
# that tell the same can stand in for each other: each alone may cost nothing, and all together much.

# %%
feature_bars(importance)

# %%
first = importance.features[0]
untouched = [one for one in importance.features if one.permutation and one.permutation.low <= 0]
Markdown(
    f"`{first.feature}` moves a score by {first.attribution:.3f} on average; without it the AUC "
    f"falls by {first.permutation}. Of the {sum(bool(one.permutation) for one in importance.features)} "
    f"features that were shuffled one by one, {len(untouched)} could be missed: their interval holds 0."
)

# %% [markdown]
# ## By family
#
# All features of a family are attributed and shuffled together, so that what stands in for each
# other counts once. The reason groups are those that an applicant is told; the tables say what it
# is worth to keep each source of data.

# %%
family_bars("Importance by reason", importance.reasons)

# %%
family_bars("Importance by table", importance.tables)

# %% [markdown]
# ## Which features act together
#
# The mean absolute Shapley interaction of every pair of the ten features with the greatest
# attributions: what the two add together beyond what each adds alone.

# %%
interaction_map(importance)

# %%
pair = importance.interactions[0]
Markdown(
    f"The strongest pair is `{pair.first}` with `{pair.second}`, {pair.strength:.4f} on average: "
    f"{pair.strength / first.attribution:.0%} of the attribution of `{first.feature}`."
)

# %% [markdown]
# ## How each value counts
#
# A dot is an applicant. Its colour is the value of the number that the feature acts with the most:
# where colours separate, the effect depends on it. Steps are the trees' thresholds.

# %%
found = attribute(
    bundle.booster, bundle.model_input(bundle.reference[:1_000]), manifest.model_features
)
dependence(found, importance, manifest.categories)

# %% [markdown]
# ## All features at a glance, and single applicants
#
# In the beeswarm each dot is an applicant, red a high value of the feature, to the right a higher
# risk. The waterfalls take a typical applicant of each decision from the average to the score.

# %%
for _, figure in shap_figures(found, manifest):
    display(figure)
