"""What a training run is asked to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.parameters import (
    Plan,
    default_features,
    default_inner_folds,
    default_parameters,
    default_threads,
    default_workers,
)
from training.tables import Allowances


@dataclass(frozen=True, slots=True)
class HoldOut:
    """A random share of the training rows that the model must not see, and where to list it."""

    share: float
    ids: Path | None


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """The options of `python -m training train`.

    Attributes:
        data: the Kaggle folder.
        tables: all seven, or the application alone.
        histories: a file of `python -m training histories`; None aggregates the folder's tables.
        allow: what the folder may lack.
        engine: what aggregates the six tables; see `training.engines`.
        hold_out: rows to leave out; None leaves out none.
        policy: the file of the decision policy.
        catalogue: the file of the reason catalogue.
        with_protected: measure a model with gender, family status and age; it is not registered.
        promote: put the new version into force.
        folds: outer folds.
        rounds: the most trees.
        features: the most that the trees may take; None takes the default for the number of rows.
        learning_rate: None takes the default for the number of rows.
        seed: of everything random.
    """

    data: Path
    tables: Literal["all", "application"]
    histories: Path | None
    allow: Allowances
    engine: str
    hold_out: HoldOut | None
    policy: Path
    catalogue: Path
    with_protected: bool
    promote: bool
    folds: int
    rounds: int
    features: int | None
    learning_rate: float | None
    seed: int

    def plan(self, rows: int) -> Plan:
        """The plan for so many training rows."""
        rate = {} if self.learning_rate is None else {"learning_rate": self.learning_rate}
        return Plan(
            folds=self.folds,
            inner_folds=default_inner_folds(rows),
            most_features=self.features or default_features(rows),
            max_rounds=self.rounds,
            patience=60,
            seed=self.seed,
            workers=default_workers(rows),
            threads=default_threads(rows),
            boosting={**default_parameters(rows), **rate},
        )
