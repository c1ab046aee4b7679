"""The measures of importance brought together for one model. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from training.attribution import Attributions
from training.evaluate import Interval
from training.importance import FamilyImportance, FeatureImportance, Importance, Interaction
from training.interactions import interactions
from training.permutation import OutOfFold, Shuffling, permutation_losses
from training.train import TrainingRows

Doubles = npt.NDArray[np.float64]
Families = Mapping[str, Sequence[str]]
"""A family's name to its features."""

APPLICATION = "application"
SHUFFLED, PAIRED = 20, 10
"""So many features, those of the greatest attribution, are shuffled one by one, or paired."""

_MOST_OF_A_CLASS, _REPEATS = 5_000, 3


def global_importance(
    booster: lgb.Booster,
    attributions: Attributions,
    rows: TrainingRows,
    out_of_fold: OutOfFold,
    *,
    reasons: Families,
    tables: Families,
    seed: int,
) -> Importance:
    """Every measure of a model.

    Args:
        booster: the final trees.
        attributions: of a sample of the training rows, at random.
        rows: the training rows, with all features that the folds could choose from.
        out_of_fold: the models of the folds, which the shuffled rows are put to.
        reasons: the model's features by reason.
        tables: the model's features by the table they come from.
        seed: of the shuffling.
    """
    shuffling = Shuffling(_MOST_OF_A_CLASS, _REPEATS, seed)
    ordered = np.argsort(-np.abs(attributions.values).mean(axis=0), kind="stable")
    alone = {attributions.names[at]: [attributions.names[at]] for at in ordered[:SHUFFLED]}
    shuffled = permutation_losses(rows, out_of_fold, alone, shuffling)
    measured = _Measured(attributions, _gain_shares(booster), rows.categorical)
    return Importance(
        attributed_rows=len(attributions.values),
        permuted_rows=shuffled.rows,
        repeats=_REPEATS,
        features=tuple(measured.feature(at, shuffled.losses) for at in ordered),
        reasons=measured.families(
            reasons, permutation_losses(rows, out_of_fold, reasons, shuffling).losses
        ),
        tables=measured.families(
            tables, permutation_losses(rows, out_of_fold, tables, shuffling).losses
        ),
        interactions=_interactions(booster, attributions, sorted(ordered[:PAIRED].tolist())),
    )


def by_table(features: Sequence[str], history_tables: Families) -> Families:
    """The features by the table they come from; what is of no history is the application's."""
    table_of = {name: table for table, names in history_tables.items() for name in names}
    families: dict[str, list[str]] = {}
    for feature in features:
        families.setdefault(table_of.get(feature, APPLICATION), []).append(feature)
    return families


@dataclass(frozen=True, slots=True)
class _Measured:
    """Attributions and gains, to be read by feature or by family."""

    attributions: Attributions
    gains: Doubles
    categorical: Sequence[str]

    def feature(self, at: int, losses: Mapping[str, Interval]) -> FeatureImportance:
        """One feature."""
        name, values = self.attributions.names[at], self.attributions.values[:, at]
        return FeatureImportance(
            feature=name,
            attribution=float(np.abs(values).mean()),
            direction=self._direction(at),
            gain=float(self.gains[at]),
            permutation=losses.get(name),
        )

    def _direction(self, at: int) -> float | None:
        """Rank correlation of value and attribution; None where it has no meaning."""
        values, added = self.attributions.matrix[:, at], self.attributions.values[:, at]
        present = ~np.isnan(values)
        if self.attributions.names[at] in self.categorical or not present.any():
            return None
        if np.ptp(values[present]) == 0 or np.ptp(added[present]) == 0:
            return None
        return float(spearmanr(values[present], added[present]).statistic)

    def families(
        self, families: Families, losses: Mapping[str, Interval]
    ) -> tuple[FamilyImportance, ...]:
        """All families, the greatest attribution first."""
        found = [self._family(name, families[name], losses[name]) for name in families]
        return tuple(sorted(found, key=lambda one: -one.attribution))

    def _family(self, name: str, members: Sequence[str], loss: Interval) -> FamilyImportance:
        at = [self.attributions.names.index(member) for member in members]
        return FamilyImportance(
            family=name,
            features=len(at),
            attribution=float(np.abs(self.attributions.values[:, at].sum(axis=1)).mean()),
            gain=float(self.gains[at].sum()),
            permutation=loss,
        )


def _gain_shares(booster: lgb.Booster) -> Doubles:
    gains = np.asarray(booster.feature_importance("gain"), dtype=np.float64)
    shares: Doubles = gains / (gains.sum() or 1.0)
    return shares


def _interactions(
    booster: lgb.Booster, attributions: Attributions, features: Sequence[int]
) -> tuple[Interaction, ...]:
    """Every pair of these features, the strongest first."""
    names = attributions.names
    found = [
        Interaction(first=names[one], second=names[other], strength=float(np.abs(added).mean()))
        for (one, other), added in interactions(booster, attributions.matrix, features).items()
    ]
    return tuple(sorted(found, key=lambda one: -one.strength))
