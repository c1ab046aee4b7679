"""Exact path-dependent TreeSHAP of a LightGBM model, compiled, for blocks of rows.

A Shapley value is an integral over the share t of features that are known. Along a path every
feature multiplies the value of the leaf by (1 - t) z + t o, where z is the product of its cover
ratios and o is 1 while the row satisfies its splits. The integrand is a polynomial in t, so
Gauss-Legendre quadrature is exact: n nodes for up to 2 n different features on a path.

The polynomial's factors are known before any row is: only o depends on the row, and it is 0 or 1.
So all divisions are done once for the model (`runtime.forest`), and what remains is
multiplication, for many rows at a time in the innermost loops.

Sources: Lundberg et al., Consistent individualized feature attribution for tree ensembles, 2018,
for the values; Owen, Multilinear extensions of games, 1972, for the integral.
"""

import numba
import numpy as np
import numpy.typing as npt

from contracts.packing import FloatMatrix
from runtime.forest import Forest
from runtime.tree_text import CATEGORICAL, NOTHING_MISSING, ZERO_MISSING, Doubles

BLOCK = 128
"""Most rows that go through the trees together; their state has to fit the processor's cache."""

_LANES = 8  # rows are padded to a multiple: doubles in the widest vector register there is
_ZERO = float(np.float32(1e-35))  # LightGBM's kZeroThreshold: it reads what is no larger as zero
_FAST = {"contract", "nsz"}  # fused multiply-add; nothing that loses the meaning of NaN


def attributions(forest: Forest, model_input: FloatMatrix) -> Doubles:
    """What each feature added to the log-odds, shape (rows, features)."""
    rows, features = model_input.shape
    attributed = np.empty((rows, features))
    for first in range(0, rows, BLOCK):
        part = model_input[first : first + BLOCK]
        columns = np.zeros((features, -(-len(part) // _LANES) * _LANES))
        columns[:, : len(part)] = part.T
        columns[np.abs(columns) <= _ZERO] = 0.0
        phi = np.zeros_like(columns)
        attribute(forest, columns, phi)
        attributed[first : first + BLOCK] = phi[:, : len(part)].T
    return attributed


@numba.njit(nogil=True, error_model="numpy", fastmath=_FAST)
def attribute(forest: Forest, columns: Doubles, phi: Doubles) -> None:
    """Add the attributions of one block; both are (features, rows).

    Down every edge the path's product is multiplied by the edge's factor; up again the sum of the
    leaves below is given its share. A level is a place on the path from the root, which is 0.
    """
    levels, rows = forest.max_depth + 1, columns.shape[1]
    product = np.empty((levels, forest.product.shape[2], rows))
    below = np.empty((levels, forest.product.shape[2], rows))
    goes_left = np.empty((levels, rows))
    satisfied = np.empty((levels, rows))  # o of the edge that ends at this level
    lost = np.empty((levels, rows))  # 1 where this edge is the first that its feature fails
    path = np.empty(levels, dtype=np.int64)
    for tree in range(len(forest.tree_start) - 1):
        product[0] = 1.0
        first, end = forest.tree_start[tree], forest.tree_start[tree + 1]
        nodes = forest.tree_nodes[tree]
        for edge in range(first, end):
            level = forest.depth[edge] + 1
            path[level] = edge
            if forest.is_left[edge] == 1:
                _route(forest, edge, columns, goes_left[level])
            _follow(forest, edge, level, goes_left, satisfied, lost)
            if np.isnan(forest.leaf[edge]):
                _descend(forest, edge, level, nodes, product, satisfied, lost)
                continue
            _touch_leaf(forest, edge, level, nodes, product, below, satisfied, lost, phi)
            following = forest.depth[edge + 1] + 1 if edge + 1 < end else 1
            for done in range(level - 1, following - 1, -1):
                _ascend(forest, path[done], done, nodes, below, satisfied, lost, phi)


@numba.njit(nogil=True, inline="always")
def _route(forest: Forest, edge: int, columns: Doubles, goes_left: Doubles) -> None:
    """LightGBM's own routing of the block: 1 where a row goes to the left child."""
    column = columns[forest.feature[edge]]
    kind, threshold = forest.kind[edge], forest.threshold[edge]
    by_default = 1.0 if forest.default_left[edge] == 1 else 0.0
    if kind == CATEGORICAL:
        start = forest.words[edge]
        bits = forest.bits[start : start + forest.word_count[edge]]
        for row in range(len(column)):
            goes_left[row] = _in_set(column[row], bits)
    elif kind == ZERO_MISSING:
        for row in range(len(column)):
            value = column[row]
            missing = np.isnan(value) or value == 0.0
            goes_left[row] = by_default if missing else (1.0 if value <= threshold else 0.0)
    else:
        if kind == NOTHING_MISSING:  # NaN is read as zero
            by_default = 1.0 if threshold >= 0.0 else 0.0
        for row in range(len(column)):
            value = column[row]
            goes_left[row] = by_default if np.isnan(value) else (1.0 if value <= threshold else 0.0)


@numba.njit(nogil=True, inline="always")
def _in_set(value: float, bits: npt.NDArray[np.uint32]) -> float:
    """1 where a category's code, cut to a whole number, is in the set; NaN and -1 are in none."""
    if np.isnan(value) or value <= -1 or value >= 32 * len(bits):
        return 0.0
    code = np.int64(value)
    return 1.0 if (bits[code >> 5] >> np.uint32(code & 31)) & np.uint32(1) else 0.0


@numba.njit(nogil=True, inline="always", fastmath=_FAST)
def _follow(
    forest: Forest, edge: int, level: int, goes_left: Doubles, satisfied: Doubles, lost: Doubles
) -> None:
    """Whether each row satisfies the feature's splits up to here, and whether it ceased to."""
    previous = forest.previous[edge] + 1
    straight = forest.is_left[edge] == 1
    for row in range(satisfied.shape[1]):
        taken = goes_left[level, row] if straight else 1.0 - goes_left[level, row]
        before = satisfied[previous, row] if previous > 0 else 1.0
        satisfied[level, row] = before * taken
        lost[level, row] = before - before * taken


@numba.njit(nogil=True, inline="always", fastmath=_FAST)
def _descend(
    forest: Forest,
    edge: int,
    level: int,
    nodes: int,
    product: Doubles,
    satisfied: Doubles,
    lost: Doubles,
) -> None:
    """Multiply the path's product by the edge's factor."""
    failed = forest.product[edge, 2, 0]
    for q in range(nodes):
        held, ceased = forest.product[edge, 0, q] - failed, forest.product[edge, 1, q] - failed
        for row in range(satisfied.shape[1]):
            factor = failed + held * satisfied[level, row] + ceased * lost[level, row]
            product[level, q, row] = product[level - 1, q, row] * factor


@numba.njit(nogil=True, inline="always", fastmath=_FAST)
def _touch_leaf(
    forest: Forest,
    edge: int,
    level: int,
    nodes: int,
    product: Doubles,
    below: Doubles,
    satisfied: Doubles,
    lost: Doubles,
    phi: Doubles,
) -> None:
    """The way down the edge to a leaf and up again, in one pass: half of all edges end in one."""
    phi_here, value = phi[forest.feature[edge]], forest.leaf[edge]
    is_first, failed = forest.is_left[edge] == 1, forest.product[edge, 2, 0] * value
    for q in range(nodes):
        held = forest.product[edge, 0, q] * value - failed
        ceased = forest.product[edge, 1, q] * value - failed
        share_held, share_ceased = forest.share[edge, 0, q], forest.share[edge, 1, q]
        above, collected = product[level - 1, q], below[level - 1, q]
        for row in range(satisfied.shape[1]):
            is_held, is_lost = satisfied[level, row], lost[level, row]
            here = above[row] * (failed + held * is_held + ceased * is_lost)
            phi_here[row] += here * (share_held * is_held + share_ceased * is_lost)
            collected[row] = here if is_first else collected[row] + here


@numba.njit(nogil=True, inline="always", fastmath=_FAST)
def _ascend(
    forest: Forest,
    edge: int,
    level: int,
    nodes: int,
    below: Doubles,
    satisfied: Doubles,
    lost: Doubles,
    phi: Doubles,
) -> None:
    """Give the feature its share of what lies below the edge, and hand the sum up."""
    phi_here, is_first = phi[forest.feature[edge]], forest.is_left[edge] == 1
    for q in range(nodes):
        share_held, share_ceased = forest.share[edge, 0, q], forest.share[edge, 1, q]
        collected = below[level - 1, q]
        for row in range(satisfied.shape[1]):
            here = below[level, q, row]
            share = share_held * satisfied[level, row] + share_ceased * lost[level, row]
            phi_here[row] += here * share
            collected[row] = here if is_first else collected[row] + here
