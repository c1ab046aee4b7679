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
# # 5. Scores from the stream
#
# Reads what the services made of the applications that passed through Kafka: scores, decisions,
# explanations and drift, through the API of the query service. `CREDITSTREAM_API` is its address;
# `make demo` starts one on port 8000.

# %%
# %matplotlib inline
import pandas as pd
from IPython.display import Markdown, display

from deploy.local.notebook_inputs import NotebookSettings
from query_api.client import ScoreReader
from query_api.pictures import decisions_by_points, drift_timeline, strongest_attributions

reader = ScoreReader(NotebookSettings().api)
stats = reader.stats()
Markdown(
    f"**{stats.applications:,}** applications have a score in force; {stats.expected_default_rate:.2%} "
    f"of them are expected to default. The last was scored at {stats.last_scored_at:%H:%M:%S} UTC."
)

# %% [markdown]
# ## Decisions
#
# Points are the calibrated probability on a scale for people: a fixed number of points more doubles
# the odds of repayment. The colours change where the thresholds of the policy lie; a referred case
# at high points is one whose history the scorer has never seen.

# %%
pd.DataFrame(one.model_dump() for one in stats.decisions).style.hide(axis="index").format(
    {"applications": "{:,}", "expected_default_rate": "{:.2%}"}
)

# %%
decisions_by_points(stats)

# %% [markdown]
# ## The latest scores

# %%
columns = ["application_id", "scored_at", "decision", "points", "probability", "history_status"]
latest = pd.DataFrame(one.model_dump() for one in reader.applications(200))
latest[columns].head(10).style.hide(axis="index").format(
    {"probability": "{:.4f}", "points": "{:.0f}"}
)

# %% [markdown]
# ## One application, explained
#
# The riskiest of the latest scores. Base value, strongest attributions and the sum of all others
# add up to the raw score; the reasons are what the applicant would be told.

# %%
riskiest = latest.sort_values("probability").iloc[-1]
case = reader.application(int(riskiest["application_id"]))
reasons = "\n".join(f"1. {one.text} (`{one.code}`)" for one in case.explanation.reasons)
display(
    Markdown(
        f"Application {case.application_id}: **{case.score.decision}**, {case.score.points:.0f} points, "
        f"probability of default {case.score.probability:.2%}, by model version "
        f"{case.score.model_version}.\n\n{reasons}"
    )
)
strongest_attributions(case)

# %% [markdown]
# ## Drift in what arrived
#
# One row for each closed window of the monitor, oldest first, and the columns that moved.

# %%
windows = list(reader.drift_windows(50))[::-1]
display(drift_timeline(windows))
pd.DataFrame(
    {
        "closed": window.closed_at,
        "applications": window.size,
        "alert": window.alert,
        "what moved": "; ".join(one.words for one in window.columns if one.drifted) or "nothing",
    }
    for window in windows
).style.hide(axis="index")
