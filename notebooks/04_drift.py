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
# # 4. Drift between train and test
#
# The applications without outcomes (`application_test`) against those that models learn from
# (`application_train`), by the very tests and thresholds that the drift monitor applies to the
# stream. `CREDITSTREAM_DATA` names the folder; without it a small synthetic one is made, whose test
# rows are drawn as its training rows are. The competition's own test rows have truly drifted.

# %%
# %matplotlib inline
import numpy as np
import pandas as pd
from IPython.display import Markdown, display

from deploy.local.notebook_inputs import NotebookSettings, data_folder
from drift_monitor.detectors import detectors
from drift_monitor.pictures import effects, moved_columns
from drift_monitor.sample import read_sample
from drift_monitor.scenarios import SCENARIOS
from drift_monitor.settings import DriftMonitorSettings
from drift_monitor.two_samples import compare_samples
from drift_monitor.words import in_words

folder, monitor = data_folder(NotebookSettings()), DriftMonitorSettings()
train, test = read_sample(folder), read_sample(folder, "application_test")
policy, tests = monitor.policy(), detectors(monitor.backend)
found = compare_samples(train, test, tests, policy, monitor.untested)
drifted = [one for one in found.judged if one.drifted]
Markdown(
    f"{len(test):,} test rows against {len(train):,} training rows: {len(found.judged)} tests, "
    f"**{len(drifted)}** of them a verdict of drift. A verdict needs a q-value of at most "
    f"{policy.false_discovery_rate:g} and an effect above the floor of its test."
)

# %% [markdown]
# ## How far each column moved
#
# With thousands of rows a test finds differences that matter to nobody, so the effect decides: the
# KS distance of a number, the total variation of a category, the move of a missing share, the share
# of levels never seen. Each bar is an effect in units of its floor; red ones are verdicts.

# %%
effects(found.judged)

# %%
pd.DataFrame(
    {
        "what moved": in_words(one.comparison),
        "effect": one.comparison.effect,
        "q-value": one.q_value,
        "PSI": found.stability[one.column].index,
        "PSI, 1 in 100 by chance": found.stability[one.column].critical,
        "drifted": one.drifted,
    }
    for one in found.judged[:12]
).style.format(precision=4).hide(axis="index")

# %% [markdown]
# ## The columns that moved the furthest

# %%
by_name = {one.column.name: one for one in found.profiled}
furthest = list(dict.fromkeys(one.column for one in found.judged))[:4]
moved_columns([by_name[name] for name in furthest])

# %% [markdown]
# ## What drift would look like
#
# One of the scenarios by which the monitor's settings are priced (`docs/drift.md`), applied to the
# test rows: it must be found. What goes along with it in these rows moves too.

# %%
name, scenario = next(iter(SCENARIOS.items()))
shifted = scenario.shift(test, len(test) // 2, np.random.default_rng(7))
with_drift = compare_samples(train, shifted, tests, policy, monitor.untested)
told = [in_words(one.comparison) for one in with_drift.judged if one.drifted]
display(Markdown(f"Scenario *{name}*: {'; '.join(told) or 'nothing found'}."))
effects(with_drift.judged, most=8)
