"""A LightGBM model as masks over leaves: the form in which `runtime.tree_kernel` evaluates it.

The leaves of a tree are bits, numbered from the left. A split whose condition fails for a row rules
out the leaves on its left side; the row's leaf is the leftmost that no split rules out. So every
split is looked at, in any order, without a branch, for many rows at a time.

Source: Lucchese et al., QuickScorer: a fast algorithm to rank documents with additive ensembles of
regression trees, 2015.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from runtime.tree_text import CATEGORICAL, NOTHING_MISSING, ZERO_MISSING, Ints, Tree, read_trees

MISSING_LEFT, MISSING_RIGHT, ZERO_LEFT, ZERO_RIGHT, IN_SET = range(5)
"""Where NaN goes; where NaN and zero go; by a set of category codes, all others going right."""

ALL = 0xFFFFFFFF
WIDTH = 32
"""Leaves in a part of a tree: the bits of a word."""

DE_BRUIJN = 0x077CB531
"""Times any power of two below 2^32, its top five bits are all different."""


class LeafMasks(NamedTuple):
    """Every test of every part of every tree. Arrays over tests unless said otherwise.

    Attributes:
        feature: that is looked at.
        kind: one of the five above.
        threshold: the largest float32 that goes left.
        mask: the leaves that stay where the condition fails.
        table: where the masks of a set begin in `tables`, by category code; the last is of others.
        table_size: how many masks they are.
        part_start: (parts + 1,), the first test of each part.
        tree_start: (trees + 1,), the first part of each tree; its leftmost leaves come last.
        leaf: (parts * WIDTH,), values of leaves at the places that `DE_BRUIJN` gives their bits.
        tables: masks of the sets.
    """

    feature: Ints
    kind: npt.NDArray[np.uint8]
    threshold: npt.NDArray[np.float32]
    mask: npt.NDArray[np.uint32]
    table: Ints
    table_size: Ints
    part_start: Ints
    tree_start: Ints
    leaf: npt.NDArray[np.float64]
    tables: npt.NDArray[np.uint32]


class _Test(NamedTuple):
    kind: int
    feature: int
    threshold: np.float32
    mask: int
    table: npt.NDArray[np.uint32]


def leaf_masks(booster: lgb.Booster) -> LeafMasks:
    """Take a model apart.

    Raises:
        UnsupportedModelError: linear trees, several classes or averaged output.
    """
    trees = [list(_parts(tree)) for tree in read_trees(booster)]
    parts = [part for tree in trees for part in tree]
    tests = [test for part_tests, _ in parts for test in part_tests]
    sizes = np.array([len(test.table) for test in tests], dtype=np.int32)
    nothing = np.zeros(1, dtype=np.uint32)
    return LeafMasks(
        feature=np.array([test.feature for test in tests], dtype=np.int32),
        kind=np.array([test.kind for test in tests], dtype=np.uint8),
        threshold=np.array([test.threshold for test in tests], dtype=np.float32),
        mask=np.array([test.mask for test in tests], dtype=np.uint32),
        table=np.cumsum(sizes, dtype=np.int32) - sizes,
        table_size=sizes,
        part_start=_starts([len(part_tests) for part_tests, _ in parts]),
        tree_start=_starts([len(tree) for tree in trees]),
        leaf=np.concatenate([leaves for _, leaves in parts]),
        tables=np.concatenate([nothing, *(test.table for test in tests)])[1:]
        if sizes.any()
        else nothing,
    )


def _starts(sizes: Sequence[int]) -> Ints:
    return np.cumsum([0, *sizes], dtype=np.int32)


def _parts(tree: Tree) -> Iterator[tuple[list[_Test], npt.NDArray[np.float64]]]:
    """Tests and leaves of the parts of a tree, the rightmost first."""
    order, spans = _left_sides(tree)
    values = tree.leaf[order]
    for first in reversed(range(0, len(order), WIDTH)):
        tests = [
            _test(tree, split, ALL & ~_bits(start - first, end - first))
            for split, (start, end) in enumerate(spans)
            if start < first + WIDTH and end > first
        ]
        tests.sort(key=lambda test: test[:2])  # one kind after another, a feature's tests together
        yield tests, _at_their_places(values[first : first + WIDTH])


def _left_sides(tree: Tree) -> tuple[list[int], list[tuple[int, int]]]:
    """The leaves from the left, and for every split which of them are on its left side."""
    order: list[int] = []
    starts, ends = [0] * len(tree.left), [0] * len(tree.left)
    waiting = [(0 if len(tree.left) else ~0, False)]
    while waiting:
        node, left_is_done = waiting.pop()
        if left_is_done:
            ends[node] = len(order)
        elif node < 0:
            order.append(~node)
        else:
            starts[node] = len(order)
            waiting += [
                (int(tree.right[node]), False),
                (node, True),
                (int(tree.left[node]), False),
            ]
    return order, list(zip(starts, ends, strict=True))


def _bits(start: int, end: int) -> int:
    """The bits from one place up to another, of those that a word has."""
    return (1 << min(end, WIDTH)) - (1 << max(start, 0))


def _at_their_places(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    places = np.zeros(WIDTH)
    for bit, value in enumerate(values):
        places[((DE_BRUIJN << bit) & ALL) >> 27] = value
    return places


def _test(tree: Tree, split: int, mask: int) -> _Test:
    kind, feature = int(tree.kind[split]), int(tree.feature[split])
    if kind == CATEGORICAL:
        return _Test(IN_SET, feature, np.float32(0), mask, _masks_by_code(tree, split, mask))
    threshold, nothing = float(tree.threshold[split]), np.zeros(0, dtype=np.uint32)
    # Where nothing counts as missing, NaN is read as zero.
    left = threshold >= 0 if kind == NOTHING_MISSING else bool(tree.default_left[split])
    sides = (ZERO_RIGHT, ZERO_LEFT) if kind == ZERO_MISSING else (MISSING_RIGHT, MISSING_LEFT)
    return _Test(sides[left], feature, _float32_at_most(threshold), mask, nothing)


def _masks_by_code(tree: Tree, split: int, mask: int) -> npt.NDArray[np.uint32]:
    words = tree.category_words(split)
    in_set = np.unpackbits(words.astype("<u4").view(np.uint8), bitorder="little").astype(bool)
    return np.append(np.where(in_set, ALL, mask), mask).astype(np.uint32)


def _float32_at_most(threshold: float) -> np.float32:
    """The largest float32 that is not above: a float32 is above the one if above the other."""
    with np.errstate(over="ignore"):
        nearest = np.float32(threshold)
    return np.nextafter(nearest, np.float32(-np.inf)) if float(nearest) > threshold else nearest
