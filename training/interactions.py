"""Which features act together: exact Shapley interactions, categories included. Pure.

An attribution is an integral over the share t of features that are known (Owen), and so is the
interaction of a pair. Along a path to a leaf every feature multiplies the leaf's value by
(1 - t) z + t o, where z is the product of its cover ratios and o is 1 while the row satisfies its
splits. The pair's part is the integral of the derivative by both their shares; it is a polynomial
in t, so Gauss-Legendre quadrature is exact. The shap package has interactions for LightGBM only
where no split is on a category.

Sources: Owen, Multilinear extensions of games, 1972; Fujimoto et al., Axiomatic characterizations
of probabilistic and cardinal-probabilistic interaction indices, 2006; Lundberg et al., From local
explanations to global understanding with explainable AI for trees, 2020.
"""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from contracts.packing import FloatMatrix, FloatVector

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Node = Mapping[str, Any]
Pair = tuple[int, int]
Held = Mapping[int, tuple[float, Flags]]
"""The features of a path: the product of the cover ratios, and which rows satisfy all splits."""

_ZERO = float(np.float32(1e-35))  # LightGBM's kZeroThreshold


def interactions(
    booster: lgb.Booster, matrix: FloatMatrix, features: Sequence[int]
) -> dict[Pair, Doubles]:
    """What each pair of these features adds to the log-odds of each row beyond their own effects.

    Args:
        booster: the trees.
        matrix: shape (rows, features).
        features: places of the features whose pairs are wanted, ascending.

    Returns:
        By pair, shape (rows,): both halves of the SHAP interaction matrix.
    """
    found = {pair: np.zeros(len(matrix)) for pair in itertools.combinations(features, 2)}
    wanted = set(features)
    for tree in booster.dump_model()["tree_info"]:
        for leaf, held in _paths(tree["tree_structure"], matrix, {}):
            for pair in itertools.combinations(sorted(wanted & held.keys()), 2):
                found[pair] += leaf * _interaction(pair, held)
    return found


def _interaction(pair: Pair, held: Held) -> Doubles:
    """The integral for one path and one pair, for a leaf of value 1."""
    first, second = (satisfied - cover for cover, satisfied in (held[at] for at in pair))
    others = [held[at] for at in held if at not in pair]
    integral = np.zeros(len(first))
    for share, weight in _quadrature(len(others)):
        known = np.full(len(first), weight)
        for cover, satisfied in others:
            known *= (1 - share) * cover + share * satisfied
        integral += known
    return first * second * integral


@functools.cache
def _quadrature(degree: int) -> tuple[tuple[float, float], ...]:
    """Nodes and weights on [0, 1] that are exact for polynomials of this degree."""
    nodes, weights = np.polynomial.legendre.leggauss(degree // 2 + 1)  # type: ignore[no-untyped-call]
    return tuple(zip((nodes + 1) / 2, weights / 2, strict=True))


def _paths(node: Node, matrix: FloatMatrix, held: Held) -> Iterator[tuple[float, Held]]:
    """Every leaf with what the way to it asks of the rows."""
    if "split_index" not in node:
        yield float(node["leaf_value"]), held
        return
    at = int(node["split_feature"])
    cover, satisfied = held.get(at, (1.0, np.ones(len(matrix), dtype=np.bool_)))
    left = _goes_left(node, matrix[:, at])
    for child, taken in ((node["left_child"], left), (node["right_child"], ~left)):
        ratio = _count(child) / _count(node)
        yield from _paths(child, matrix, {**held, at: (cover * ratio, satisfied & taken)})


def _count(node: Node) -> int:
    return int(node["internal_count"] if "split_index" in node else node["leaf_count"])


def _goes_left(split: Node, column: FloatVector) -> Flags:
    """LightGBM's own routing."""
    missing = np.isnan(column)
    if split["decision_type"] == "==":
        codes = np.array(split["threshold"].split("||"), dtype=np.float32)
        return np.isin(np.where(missing, -1, column), codes)
    if split["missing_type"] == "None":
        return np.where(missing, 0, column) <= float(split["threshold"])
    if split["missing_type"] == "Zero":
        missing |= np.abs(column) <= _ZERO
    return np.where(missing, bool(split["default_left"]), column <= float(split["threshold"]))
