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
# # 1. The data
#
# What an applicant's row holds before any model: how much of it is missing, how those who repaid
# differ from those who did not, and which segments default more often.
#
# `CREDITSTREAM_DATA` names a folder of the Kaggle competition. Without it a small synthetic folder
# of the same form is made; what is shown here was made from such a one.

# %%
# %matplotlib inline
from IPython.display import Markdown, display

from deploy.local.notebook_inputs import NotebookSettings, data_folder
from training.applications import TARGET, read_applications
from training.exploration import default_rates, missing_values
from training.exploration_plots import distributions, missing_figure, rates_figure
from training.tables import Allowances

folder = data_folder(NotebookSettings())
strict = Allowances(tables=False, columns=False)
train = read_applications(folder, "application_train", strict)
test = read_applications(folder, "application_test", strict)
overall = train[TARGET].mean()
Markdown(
    f"**{len(train):,}** applications with a known outcome, **{overall:.2%}** of them defaults; "
    f"{len(test):,} without one."
)

# %% [markdown]
# ## What is missing
#
# A missing value is not noise. Where the two dots of a column lie far apart, the mere absence of
# the value says something of the risk, so the trees get it as missing and nothing is filled in.

# %%
missing = missing_values(train)
often = (missing["missing"] > 0.3).sum()
display(Markdown(f"{often} of {len(missing)} columns are missing in more than 30 % of the rows."))
missing_figure(missing)

# %% [markdown]
# ## Who repaid and who defaulted
#
# Each pair of histograms is in per cent of its own group, so that the few defaults can be compared
# with the many who repaid. The external scores tell the two apart the best; amounts do it hardly.

# %%
distributions(
    train,
    [
        "EXT_SOURCE_1",
        "EXT_SOURCE_2",
        "EXT_SOURCE_3",
        "DAYS_BIRTH",
        "AMT_CREDIT",
        "AMT_ANNUITY",
    ],
)

# %% [markdown]
# ## Defaults by segment
#
# The share of defaults in each level, or in each tenth of a number, with its 95 % interval; the
# dotted line is the share of all. In brackets stands how many rows are behind it: where they are
# few the interval is wide, and a difference may be chance.

# %%
segments = {
    column: default_rates(train, column)
    for column in (
        "NAME_EDUCATION_TYPE",
        "NAME_INCOME_TYPE",
        "NAME_CONTRACT_TYPE",
        "REGION_RATING_CLIENT",
        "EXT_SOURCE_2",
        "DAYS_LAST_PHONE_CHANGE",
    )
}
rates_figure(segments, overall)

# %% [markdown]
# Gender, family status and age are in the table too. They stay out of the model by default and
# serve the figures on fairness alone; here is what the data say of them.

# %%
protected = ("CODE_GENDER", "NAME_FAMILY_STATUS", "DAYS_BIRTH")
rates_figure({column: default_rates(train, column) for column in protected}, overall)
