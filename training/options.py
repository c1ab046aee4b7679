"""What a training run is asked to do."""

from pathlib import Path
from typing import Literal

import msgspec

from training.alternatives import Measure
from training.dataset import Dataset
from training.monotone import read_directions
from training.parameters import (
    Plan,
    default_features,
    default_folds,
    default_inner_folds,
    default_parameters,
    default_threads,
    default_workers,
)
from training.tables import Allowances


class HoldOut(msgspec.Struct, frozen=True):
    """A random share of the training rows that the model must not see, and where to list it."""

    share: float
    ids: Path | None


class TrainingOptions(msgspec.Struct, frozen=True, kw_only=True):
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
        measure: restrictions whose cost in AUC is measured; None decides by the number of rows.
        promote: put the new version into force.
        folds: outer folds; None takes the default for the number of rows.
        rounds: the most trees.
        features: the most that the trees may take; None takes the default for the number of rows.
        learning_rate: None takes the default for the number of rows.
        bags: seeds whose mean is the model.
        trials: of the search for parameters in each part; 0 takes the defaults.
        study: the file that a stopped search goes on from; None keeps trials in memory.
        monotone: the file of directions that features may move the risk in; None leaves all free.
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
    measure: tuple[Measure, ...] | None = None
    promote: bool
    folds: int | None
    rounds: int
    features: int | None
    learning_rate: float | None
    bags: int = 1
    trials: int = 0
    study: Path | None = None
    monotone: Path | None = None
    seed: int

    def outer_folds(self, rows: int) -> int:
        """How many outer folds so many training rows have."""
        return self.folds or default_folds(rows)

    def plan(self, dataset: Dataset) -> Plan:
        """The plan for these training rows.

        Raises:
            BadInputError: the file of directions cannot be used.
        """
        rows = len(dataset.target)
        rate = {} if self.learning_rate is None else {"learning_rate": self.learning_rate}
        directions = read_directions(self.monotone).of(dataset.features) if self.monotone else {}
        return Plan(
            folds=self.outer_folds(rows),
            inner_folds=default_inner_folds(rows, search=self.trials > 0),
            most_features=self.features or default_features(rows),
            max_rounds=self.rounds,
            patience=60,
            bags=self.bags,
            seed=self.seed,
            workers=default_workers(rows),
            threads=default_threads(rows),
            monotone=directions,
            boosting={**default_parameters(rows), **rate},
        )
