"""The payment plans of earlier loans: what fell due until the application, and how it was paid."""

from dataclasses import dataclass

import numpy as np

from producer.synthesis.groups import Rows, spread
from producer.synthesis.marginals import blend, flip, quantile
from producer.synthesis.tables import NEVER, BoolArray, FloatArray, Frame, IntArray, code, take
from producer.synthesis.traits import Traits

DAYS_BETWEEN = 30.0


@dataclass(frozen=True, slots=True)
class Plans:
    """One entry per approved loan that was taken up; days count from the application.

    `due` instalments fell due up to the day before, of them `kept` were paid; an abandoned loan
    was never paid off though its last due day is past.
    """

    ids: FloatArray
    applicants: FloatArray
    person: IntArray
    first_due: FloatArray
    annuity: FloatArray
    planned: FloatArray
    due: IntArray
    kept: IntArray
    finished: BoolArray
    abandoned: BoolArray


@dataclass(frozen=True, slots=True)
class Payments:
    """One entry per instalment that fell due, in the order of the plans.

    `late` is in days, negative where the payment came early; NaN where none came.
    """

    rows: Rows
    days: FloatArray
    late: FloatArray


def plans(rng: np.random.Generator, previous: Frame, first_applicant: float) -> Plans:
    """The plans behind the approved loans of a chunk."""
    revolving = code("previous_application", "NAME_CONTRACT_TYPE", "Revolving loans")
    is_loan = (previous["NAME_CONTRACT_TYPE"] != revolving) & ~np.isnan(previous["DAYS_FIRST_DUE"])
    loans = take(previous, is_loan)
    first, planned = loans["DAYS_FIRST_DUE"], loans["CNT_PAYMENT"]
    finished = loans["DAYS_LAST_DUE"] != NEVER
    until_now = np.minimum(np.floor((-1.0 - first) / DAYS_BETWEEN) + 1.0, planned)
    served = np.round((loans["DAYS_LAST_DUE"] - first) / DAYS_BETWEEN) + 1.0
    due = np.where(finished, served, until_now).astype(np.int64)
    abandoned = ~finished & (loans["DAYS_LAST_DUE_1ST_VERSION"] < 0)
    part = np.ceil(due * rng.uniform(0.05, 0.95, len(due))).astype(np.int64)
    return Plans(
        ids=loans["SK_ID_PREV"],
        applicants=loans["SK_ID_CURR"],
        person=(loans["SK_ID_CURR"] - first_applicant).astype(np.int64),
        first_due=first,
        annuity=loans["AMT_ANNUITY"],
        planned=planned,
        due=due,
        kept=np.where(abandoned, np.minimum(part, due - 1), due),
        finished=finished,
        abandoned=abandoned,
    )


def draw_payments(rng: np.random.Generator, traits: Traits, loans: Plans) -> Payments:
    """When each instalment was paid: the lax and imprudent pay late more often."""
    rows = spread(loans.due)
    person = traits.of(loans.person[rows.owner])
    contract = rng.standard_normal(len(loans.due))[rows.owner]
    score = blend(
        rng,
        len(rows),
        (0.42, person.laxity),
        (-0.25, person.prudence),
        (0.22, contract),
    )
    days = loans.first_due[rows.owner] + DAYS_BETWEEN * rows.place
    granted = loans.first_due[rows.owner] - DAYS_BETWEEN
    late = np.clip(np.round(quantile("lateness", score)), granted - days, -1.0 - days)
    late[rows.place >= loans.kept[rows.owner]] = np.nan
    return Payments(rows, days, late)


def rescheduled(rng: np.random.Generator, loans: Plans) -> FloatArray:
    """The number of the instalment from which a second version of the plan holds."""
    size = len(loans.due)
    changed = flip(rng, np.full(size, 0.13))
    return np.where(changed, np.ceil(rng.random(size) * loans.due), np.inf)
