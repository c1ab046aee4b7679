"""A LightGBM model as flat arrays, with every factor of the quadrature worked out beforehand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from runtime.quadrature import Covers, factors, nodes_needed
from runtime.tree_text import (
    CATEGORICAL,
    Doubles,
    Ints,
    Tree,
    UnsupportedModelError,
    Words,
    read_trees,
)

Bytes = npt.NDArray[np.uint8]


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
    bits: Words
    base_value: float
    features: int
    max_depth: int


class _Walk(NamedTuple):
    """The edges of one tree, depth first; the covers are of the edge's feature."""

    split: Ints
    is_left: Bytes
    depth: Ints
    previous: Ints
    cover_before: Doubles
    cover_after: Doubles
    leaf: Doubles


class _Step(NamedTuple):
    """One edge as it is met."""

    split: int
    is_left: bool
    depth: int
    previous: int
    cover_before: float
    cover_after: float
    leaf: float


class _Met(NamedTuple):
    """A feature on the path: the depth of its last edge, and its cover ratios multiplied."""

    depth: int
    cover: float


_NOT_MET = _Met(-1, 1.0)


def forest(booster: lgb.Booster) -> Forest:
    """Flatten a model.

    Raises:
        UnsupportedModelError: linear trees, several classes, averaged output, or an empty node.
    """
    trees = list(read_trees(booster))
    walks = [_walked(tree) for tree in trees]
    nodes = [nodes_needed(walk.depth, walk.previous) for walk in walks]
    products, shares = zip(*map(_factors, walks, nodes), strict=True)
    words, word_counts = zip(*_sets(trees, walks), strict=True)
    depth = np.concatenate([walk.depth for walk in walks])
    return Forest(
        depth=depth,
        feature=_of_splits(trees, walks, "feature").astype(np.int32),
        previous=np.concatenate([walk.previous for walk in walks]),
        is_left=np.concatenate([walk.is_left for walk in walks]),
        kind=_of_splits(trees, walks, "kind").astype(np.uint8),
        default_left=_of_splits(trees, walks, "default_left").astype(np.uint8),
        threshold=_of_splits(trees, walks, "threshold"),
        words=np.concatenate(words),
        word_count=np.concatenate(word_counts),
        leaf=np.concatenate([walk.leaf for walk in walks]),
        product=_as_wide(products, max(nodes)),
        share=_as_wide(shares, max(nodes)),
        tree_start=np.cumsum([0, *(len(walk.split) for walk in walks)], dtype=np.int32),
        tree_nodes=np.array(nodes, dtype=np.int32),
        bits=np.concatenate([*(tree.set_words for tree in trees), np.zeros(1, dtype=np.uint32)]),
        base_value=sum(_mean(tree) for tree in trees),
        features=booster.num_feature(),
        max_depth=int(depth.max(initial=0)) + 1,
    )


def _walked(tree: Tree) -> _Walk:
    if len(tree.left) and min(tree.rows.min(), tree.leaf_rows.min()) <= 0:
        raise UnsupportedModelError("a node of the model holds no training row")
    columns = list(zip(*_steps(tree), strict=True)) or [()] * len(_Walk._fields)
    types = (np.int32, np.uint8, np.int32, np.int32, np.float64, np.float64, np.float64)
    return _Walk(*map(np.array, columns, types))


def _steps(tree: Tree) -> Iterator[_Step]:
    """The edges depth first, without recursion: a tree may be as deep as it has leaves."""
    paths: list[tuple[int, bool, int, Mapping[int, _Met]]] = []
    if len(tree.left):
        paths = [(0, False, 0, {}), (0, True, 0, {})]
    while paths:
        split, is_left, depth, met = paths.pop()
        child = int(tree.left[split] if is_left else tree.right[split])
        feature = int(tree.feature[split])
        last = met.get(feature, _NOT_MET)
        reached = tree.rows[child] if child >= 0 else tree.leaf_rows[~child]
        cover = last.cover * float(reached / tree.rows[split])
        leaf = np.nan if child >= 0 else float(tree.leaf[~child])
        yield _Step(split, is_left, depth, last.depth, last.cover, cover, leaf)
        if child >= 0:
            below = {**met, feature: _Met(depth, cover)}
            paths += [(child, False, depth + 1, below), (child, True, depth + 1, below)]


def _factors(walk: _Walk, nodes: int) -> tuple[Doubles, Doubles]:
    return factors(Covers(walk.cover_before, walk.cover_after), nodes)


def _as_wide(parts: Sequence[Doubles], nodes: int) -> Doubles:
    """All edges, with as many places for nodes as the tree that needs most."""
    wide = [np.pad(part, ((0, 0), (0, 0), (0, nodes - part.shape[2]))) for part in parts]
    return np.concatenate(wide)


def _of_splits(trees: Sequence[Tree], walks: Sequence[_Walk], name: str) -> npt.NDArray[Any]:
    """An array of the trees' splits, by edge."""
    pairs = zip(trees, walks, strict=True)
    return np.concatenate([getattr(tree, name)[walk.split] for tree, walk in pairs])


def _sets(trees: Sequence[Tree], walks: Sequence[_Walk]) -> Iterator[tuple[Ints, Ints]]:
    """For every edge where its split's bits begin and how many words they are."""
    begun = 0
    for tree, walk in zip(trees, walks, strict=True):
        bounds = np.append(tree.set_bounds, [0, 0])  # also where there is no set
        is_set = tree.kind[walk.split] == CATEGORICAL
        place = np.where(is_set, tree.threshold[walk.split], 0).astype(np.int32)
        counts = np.where(is_set, bounds[place + 1] - bounds[place], 0)
        yield (begun + bounds[place]).astype(np.int32), counts.astype(np.int32)
        begun += len(tree.set_words)


def _mean(tree: Tree) -> float:
    """The tree's mean over the training data, as LightGBM takes it."""
    if not len(tree.left):
        return float(tree.leaf[0])
    return float(tree.leaf @ tree.leaf_rows / tree.rows[0])
