"""A LightGBM model as flat arrays, with every factor of the quadrature worked out beforehand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Doubles = npt.NDArray[np.float64]

NOTHING_MISSING, ZERO_MISSING, NAN_MISSING, CATEGORICAL = range(4)
_MISSING = {"None": NOTHING_MISSING, "Zero": ZERO_MISSING, "NaN": NAN_MISSING}
"""The kind of a split by a set of category codes; the others are LightGBM's missing types."""


class UnsupportedModelError(ValueError):
    """The model has something that the compiled engine does not know."""


class Forest(NamedTuple):
    """Every edge of every tree, in depth-first order, tree after tree.

    An edge leads from a split to one of its children. Arrays over edges unless said otherwise.

    Attributes:
        depth: of the edge below the root, from 0.
        feature: that the split is on.
        previous: depth of the nearest edge above on the same feature, -1 without one.
        is_left: whether the edge is taken when the split's condition holds.
        kind: LightGBM's missing type, or `CATEGORICAL`.
        default_left: where a missing value goes.
        threshold: of a numeric split.
        words: where the split's category bits begin in `bits`.
        word_count: how many words of bits there are.
        leaf: the value of the leaf the edge leads to; NaN where it leads to a split.
        product: (edges, 3, nodes), what the edge multiplies the path's product by.
        share: (edges, 2, nodes), the weight of what lies below in the attribution.
        tree_start: (trees + 1,), the first edge of each tree.
        tree_nodes: (trees,), how many quadrature nodes each tree needs.
        bits: category sets of all splits, 32 codes a word.
        base_value: the mean raw score over the training data.
        features: how many features the model takes.
        max_depth: edges on the longest path.
    """

    depth: Ints
    feature: Ints
    previous: Ints
    is_left: Bytes
    kind: Bytes
    default_left: Bytes
    threshold: Doubles
    words: Ints
    word_count: Ints
    leaf: Doubles
    product: Doubles
    share: Doubles
    tree_start: Ints
    tree_nodes: Ints
    bits: npt.NDArray[np.uint32]
    base_value: float
    features: int
    max_depth: int


@dataclass(frozen=True, slots=True)
class _Edge:
    """One edge as it is met; `z0`, `z` are the feature's cover products before and after it."""

    depth: int
    split: Mapping[str, Any]
    is_left: bool
    previous: int
    z0: float
    z: float
    leaf: float


def forest(booster: lgb.Booster) -> Forest:
    """Flatten a model.

    Raises:
        UnsupportedModelError: linear trees, several classes, averaged output, or an empty node.
    """
    model = booster.dump_model()
    _refuse_unsupported(booster, model)
    roots = [tree["tree_structure"] for tree in model["tree_info"]]
    trees = [list(_edges(root, 0, {}, {})) for root in roots]
    edges = [edge for tree in trees for edge in tree]
    words, word_counts, bits = _category_bits(edges)
    tree_nodes = [_nodes_needed(tree) for tree in trees]
    product = np.zeros((len(edges), 3, max(tree_nodes, default=1)))
    share = np.zeros((len(edges), 2, max(tree_nodes, default=1)))
    first = 0
    for tree, needed in zip(trees, tree_nodes, strict=True):
        part = slice(first, first + len(tree))
        product[part, :, :needed], share[part, :, :needed] = _factors(tree, *_quadrature(needed))
        first += len(tree)
    return Forest(
        depth=np.array([e.depth for e in edges], dtype=np.int32),
        feature=np.array([e.split["split_feature"] for e in edges], dtype=np.int32),
        previous=np.array([e.previous for e in edges], dtype=np.int32),
        is_left=np.array([e.is_left for e in edges], dtype=np.uint8),
        kind=np.array([_kind(e.split) for e in edges], dtype=np.uint8),
        default_left=np.array([e.split["default_left"] for e in edges], dtype=np.uint8),
        threshold=np.array([_threshold(e.split) for e in edges]),
        words=words,
        word_count=word_counts,
        leaf=np.array([e.leaf for e in edges]),
        product=product,
        share=share,
        tree_start=np.cumsum([0, *(len(tree) for tree in trees)], dtype=np.int32),
        tree_nodes=np.array(tree_nodes, dtype=np.int32),
        bits=bits,
        base_value=sum(_mean(root) for root in roots),
        features=model["max_feature_idx"] + 1,
        max_depth=max((e.depth for e in edges), default=0) + 1,
    )


def _refuse_unsupported(booster: lgb.Booster, model: Mapping[str, Any]) -> None:
    if model["num_tree_per_iteration"] != 1:
        raise UnsupportedModelError("the model has several classes")
    if model["average_output"]:
        raise UnsupportedModelError("the model averages its trees (random forest)")
    if "is_linear=1" in booster.model_to_string(num_iteration=1):
        raise UnsupportedModelError("the model has linear trees")


def _count(node: Mapping[str, Any]) -> float:
    count = float(node["internal_count"] if "split_index" in node else node.get("leaf_count", 1))
    if count <= 0:
        raise UnsupportedModelError("a node of the model holds no training row")
    return count


def _mean(node: Mapping[str, Any]) -> float:
    if "split_index" not in node:
        return float(node["leaf_value"])
    children = (node["left_child"], node["right_child"])
    return sum(_count(child) * _mean(child) for child in children) / _count(node)


def _edges(
    node: Mapping[str, Any], depth: int, seen: Mapping[int, int], covers: Mapping[int, float]
) -> Iterator[_Edge]:
    """The edges below a node, depth first; `seen` and `covers` are the path's, by feature."""
    if "split_index" not in node:
        return
    feature, z0 = node["split_feature"], covers.get(node["split_feature"], 1.0)
    for child, is_left in ((node["left_child"], True), (node["right_child"], False)):
        z = z0 * _count(child) / _count(node)
        leaf = np.nan if "split_index" in child else float(child["leaf_value"])
        yield _Edge(depth, node, is_left, seen.get(feature, -1), z0, z, leaf)
        yield from _edges(child, depth + 1, {**seen, feature: depth}, {**covers, feature: z})


def _kind(split: Mapping[str, Any]) -> int:
    return CATEGORICAL if split["decision_type"] == "==" else _MISSING[split["missing_type"]]


def _threshold(split: Mapping[str, Any]) -> float:
    return 0.0 if split["decision_type"] == "==" else float(split["threshold"])


def _category_bits(edges: list[_Edge]) -> tuple[Ints, Ints, npt.NDArray[np.uint32]]:
    """For every edge where its bits begin and how many words they are, and the bits."""
    starts, counts, bits = [], [], [np.zeros(1, dtype=np.uint32)]
    filled = 1
    for edge in edges:
        if _kind(edge.split) == CATEGORICAL:
            codes = np.array(edge.split["threshold"].split("||"), dtype=np.int64)
            words = np.zeros(codes.max() // 32 + 1, dtype=np.uint32)
            np.bitwise_or.at(words, codes // 32, (1 << (codes % 32)).astype(np.uint32))
        else:
            words = bits[0][:0]
        starts.append(filled)
        counts.append(len(words))
        bits.append(words)
        filled += len(words)
    return (
        np.array(starts, dtype=np.int32),
        np.array(counts, dtype=np.int32),
        np.concatenate(bits),
    )


def _nodes_needed(tree: list[_Edge]) -> int:
    """Nodes that are exact for the path with the most different features."""
    return max((_most_features(tree) + 1) // 2, 1)


def _quadrature(count: int) -> tuple[Doubles, Doubles]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)  # type: ignore[no-untyped-call]
    return (nodes + 1) / 2, weights / 2


def _most_features(edges: list[_Edge]) -> int:
    most, distinct = 1, [0]
    for edge in edges:
        del distinct[edge.depth + 1 :]
        distinct.append(distinct[-1] + (edge.previous < 0))
        most = max(most, distinct[-1])
    return most


def _factors(edges: list[_Edge], nodes: Doubles, weights: Doubles) -> tuple[Doubles, Doubles]:
    """What depends on the row only through (o0, o), for the states (1, 1), (1, 0) and (0, 0).

    In the state (0, 0) the terms of an edge and its predecessor cancel: it has no share.
    """
    z0 = np.array([edge.z0 for edge in edges])[:, None]
    z = np.array([edge.z for edge in edges])[:, None]
    old_satisfied = (1 - nodes) * z0 + nodes * (z0 * 0 + 1)
    new_satisfied, new_failed = (1 - nodes) * z + nodes, (1 - nodes) * z
    # Before the first split on a feature z0 and o0 are 1: its factor is 1, whatever t is.
    product = np.stack(
        [new_satisfied / old_satisfied, new_failed / old_satisfied, z / z0 + 0 * nodes], axis=1
    )
    before = (1 - z0) / old_satisfied
    share = np.stack([(1 - z) / new_satisfied - before, -z / new_failed - before], axis=1)
    return product, share * weights
