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
# # What drives the scores
#
# Global and local importance of the model in force. `MLFLOW_TRACKING_URI` says where the registry
# is, `MODEL_NAME` and `MODEL_ALIAS` which model. The rows are the drift reference that every model
# version carries, so the notebook needs no other data.

# %%
# %matplotlib inline
import warnings

warnings.filterwarnings("ignore", message="IProgress not found")

# %%
from IPython.display import display

from runtime.model_registry import ModelRegistry
from runtime.settings import MlflowSettings
from training.attribution import attribute
from training.plots import importance_by_reason
from training.shap_plots import shap_figures

registry = ModelRegistry(MlflowSettings())
bundle = registry.load(registry.champion_version())
manifest = bundle.manifest
print(
    f"{bundle.name} version {bundle.version}, trained {manifest.trained_at}: "
    f"{len(manifest.model_features)} features, {bundle.booster.num_trees()} trees"
)

# %% [markdown]
# ## By reason
#
# Inputs that move together stand in one reason group, so the groups say more than single columns:
# a group's bar is the sum of the mean absolute SHAP attributions of its features, in log-odds.

# %%
display(importance_by_reason(manifest.importance, manifest.reasons))

# %% [markdown]
# ## By feature, and for single applicants
#
# Exact path-dependent TreeSHAP. The bar chart and the beeswarm are global: in the beeswarm each dot
# is an applicant, red a high value of the feature, to the right a higher risk. The waterfalls take
# the applicants of the least, the median and the greatest risk from the average to their score.

# %%
found = attribute(
    bundle.booster, bundle.model_input(bundle.reference[:500]), manifest.model_features
)
for _, figure in shap_figures(found, manifest.calibration, manifest.categories):
    display(figure)
