"""What drives a model, feature by feature, family by family, pair by pair: the record of it. Pure.

Three measures, since each answers another question: the attribution says what moved the scores, the
gain what the trees were built from, the permutation what the ranking of unseen rows would lose.
"""

import msgspec

from training.evaluate import Interval

IMPORTANCE_FILE = "importance.json"


class FeatureImportance(msgspec.Struct, frozen=True, kw_only=True):
    """One feature of the model.

    Attributes:
        feature: its name.
        attribution: the mean absolute SHAP attribution, in log-odds.
        direction: Spearman's correlation of value and attribution where the value is present: +1
            where more of it always means more risk; None for a category, and where nothing varies.
        gain: its share of the gain of all splits.
        permutation: the AUC that unseen rows lose when its values are shuffled among them; None
            where it was not measured.
    """

    feature: str
    attribution: float
    direction: float | None
    gain: float
    permutation: Interval | None


class FamilyImportance(msgspec.Struct, frozen=True, kw_only=True):
    """Features that belong together.

    Attributes:
        family: its name.
        features: how many of them the model takes.
        attribution: the mean absolute sum of their attributions, in log-odds; what they add and
            take away from each other is taken off, so it is at most the sum over the features.
        gain: their share of the gain of all splits.
        permutation: the AUC that unseen rows lose when all of them are shuffled together.
    """

    family: str
    features: int
    attribution: float
    gain: float
    permutation: Interval | None


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """Two features whose joint effect is not the sum of their own.

    `strength` is the mean absolute Shapley interaction of the pair, both halves, in log-odds.
    """

    first: str
    second: str
    strength: float


class Importance(msgspec.Struct, frozen=True, kw_only=True):
    """What drives a model; `importance.json` in its run.

    Attributes:
        attributed_rows: training rows behind the attributions and the interactions.
        permuted_rows: rows behind the permutations, each judged by a model that had not seen it.
        repeats: shufflings of each feature and family.
        features: all of the model, the greatest attribution first.
        reasons: by reason group, the greatest attribution first.
        tables: by the table that the values come from, the greatest attribution first.
        interactions: every pair of the features with the greatest attributions, strongest first.
    """

    attributed_rows: int
    permuted_rows: int
    repeats: int
    features: tuple[FeatureImportance, ...]
    reasons: tuple[FamilyImportance, ...]
    tables: tuple[FamilyImportance, ...]
    interactions: tuple[Interaction, ...]
