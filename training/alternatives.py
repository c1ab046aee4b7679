"""The model as it would be if one restriction were lifted or laid on. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from contracts.features import PROTECTED, PROTECTED_GROUPS
from training.dataset import Dataset, constant_features
from training.monotone import Directions
from training.parameters import Plan
from training.train import TrainingRows

Measure: TypeAlias = Literal["protected", "proxies", "selection", "monotone"]
"""A kind of restriction whose cost can be measured."""

PROXIES = {
    "kind of income": ("NAME_INCOME_TYPE",),
    "not employed": ("NOT_EMPLOYED", "FLAG_EMP_PHONE"),
    "company at the application": ("NAME_TYPE_SUITE",),
    "children and family": ("CNT_CHILDREN", "CNT_FAM_MEMBERS", "INCOME_PER_PERSON"),
}
"""Features in the model that may stand for one that is not: pensioners are old, a maternity leave
is a woman's, a spouse in company is a marriage."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """The model as it would be if one restriction were lifted or laid on.

    Attributes:
        restriction: in words.
        features: that it is about.
        in_force: whether the reported model lies under it; the alternative then lifts it.
        rows: as the alternative takes them.
        plan: of the alternative.
    """

    restriction: str
    features: tuple[str, ...]
    in_force: bool
    rows: TrainingRows
    plan: Plan


def alternatives(
    measure: Measure, dataset: Dataset, rows: TrainingRows, plan: Plan, directions: Directions
) -> Iterator[Alternative]:
    """The alternatives that a measure asks for.

    Args:
        measure: the kind of restriction.
        dataset: in the full feature space.
        rows: as the reported model takes them.
        plan: of the reported model.
        directions: that monotone constraints would follow.
    """
    if measure == "protected":
        yield from _protected(dataset, rows, plan)
    elif measure == "proxies":
        yield from _proxies(dataset, rows, plan)
    elif measure == "selection":
        yield from _selection(rows, plan)
    else:
        yield _monotone(rows, plan, directions)


def _protected(dataset: Dataset, rows: TrainingRows, plan: Plan) -> Iterator[Alternative]:
    for group, features in {**PROTECTED_GROUPS, "all that is protected": PROTECTED}.items():
        yield from _without(group, features, dataset, rows, plan)


def _proxies(dataset: Dataset, rows: TrainingRows, plan: Plan) -> Iterator[Alternative]:
    everything = [name for features in PROXIES.values() for name in features]
    for group, features in {**PROXIES, "all of these": everything}.items():
        yield from _without(group, features, dataset, rows, plan)


def _without(
    group: str, features: Collection[str], dataset: Dataset, rows: TrainingRows, plan: Plan
) -> Iterator[Alternative]:
    """Leave out what the model has, or let in what it lacks; nothing where all is constant."""
    offered = set(rows.names)
    about = set(features) - set(constant_features(dataset))
    if not about:
        return
    in_force = not about & offered
    names = offered | about if in_force else offered - about
    yield Alternative(
        restriction=f"without {group}",
        features=tuple(name for name in dataset.features if name in about),
        in_force=in_force,
        rows=dataset.model_rows(tuple(name for name in dataset.features if name in names)),
        plan=plan,
    )


def _selection(rows: TrainingRows, plan: Plan) -> Iterator[Alternative]:
    """Nothing where all features are taken anyway."""
    if plan.most_features < len(rows.names):
        yield Alternative(
            restriction=f"{plan.most_features} of {len(rows.names)} features",
            features=(),
            in_force=True,
            rows=rows,
            plan=msgspec.structs.replace(plan, most_features=len(rows.names)),
        )


def _monotone(rows: TrainingRows, plan: Plan, directions: Directions) -> Alternative:
    in_force = bool(plan.monotone)
    found = plan.monotone if in_force else directions.of(rows.names)
    return Alternative(
        restriction=f"monotone in {len(found)} features",
        features=tuple(found),
        in_force=in_force,
        rows=rows,
        plan=msgspec.structs.replace(plan, monotone={} if in_force else found),
    )
