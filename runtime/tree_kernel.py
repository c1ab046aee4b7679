"""Evaluates trees for blocks of rows: masks over leaves, then the leaf values in LightGBM's order.

A raw score is the sum of the leaf values from the first tree to the last, in float64, as LightGBM
adds them; nothing here may change that order, so there is no `fastmath`.
"""

import numba
import numpy as np
import numpy.typing as npt

from contracts.packing import FloatMatrix, FloatVector
from runtime.leaf_masks import (
    ALL,
    DE_BRUIJN,
    IN_SET,
    MISSING_LEFT,
    MISSING_RIGHT,
    WIDTH,
    ZERO_LEFT,
    LeafMasks,
)

Doubles = npt.NDArray[np.float64]
Masks = npt.NDArray[np.uint32]

BLOCK = 128
"""Most rows that go through the trees together; their features have to fit the cache."""

_LANES = 16  # rows are padded to a multiple: floats in the widest vector register there is
_ZERO = np.float32(1e-35)  # LightGBM's kZeroThreshold: it reads anything nearer to zero as zero
_ALL = np.uint32(ALL)
_DE_BRUIJN, _SHIFT, _ONE = np.uint32(DE_BRUIJN), np.uint32(27), np.uint32(1)


@numba.njit(nogil=True, error_model="numpy")
def evaluate(trees: LeafMasks, model_input: FloatMatrix, raw_scores: Doubles) -> None:
    """Fill in the raw scores of rows of shape (rows, features)."""
    columns = np.zeros((model_input.shape[1], BLOCK), dtype=np.float32)
    left_over = np.empty(BLOCK, dtype=np.uint32)
    value, total = np.zeros(BLOCK), np.empty(BLOCK)
    for first in range(0, len(model_input), BLOCK):
        rows = min(BLOCK, len(model_input) - first)
        width = -(-rows // _LANES) * _LANES
        _turn(model_input, first, rows, columns)
        total[:] = 0.0
        for tree in range(len(trees.tree_start) - 1):
            for part in range(trees.tree_start[tree], trees.tree_start[tree + 1]):
                _rule_out(trees, part, columns, width, left_over)
                _take_leaves(trees, part, width, left_over, value)
            for row in range(width):
                total[row] += value[row]
        raw_scores[first : first + rows] = total[:rows]


@numba.njit(nogil=True, error_model="numpy", inline="always")
def _turn(model_input: FloatMatrix, first: int, rows: int, columns: FloatMatrix) -> None:
    """The block by columns, with zeros where LightGBM reads zeros."""
    for row in range(rows):
        for feature in range(model_input.shape[1]):
            number = model_input[first + row, feature]
            columns[feature, row] = np.float32(0) if abs(number) <= _ZERO else number


@numba.njit(nogil=True, error_model="numpy", inline="always")
def _rule_out(
    trees: LeafMasks, part: int, columns: FloatMatrix, width: int, left_over: Masks
) -> None:
    """The leaves of a part that no test rules out, for every row."""
    for row in range(width):
        left_over[row] = _ALL
    for test in range(trees.part_start[part], trees.part_start[part + 1]):
        column, kind = columns[trees.feature[test]], trees.kind[test]
        threshold, mask = trees.threshold[test], trees.mask[test]
        if kind == MISSING_LEFT:
            for row in range(width):
                left_over[row] &= mask if column[row] > threshold else _ALL
        elif kind == MISSING_RIGHT:
            for row in range(width):
                left_over[row] &= _ALL if column[row] <= threshold else mask
        elif kind == IN_SET:
            _rule_out_by_set(trees, test, column, width, left_over)
        else:
            _rule_out_by_zero(trees, test, column, width, left_over)


@numba.njit(nogil=True, error_model="numpy", inline="always")
def _rule_out_by_zero(
    trees: LeafMasks, test: int, column: FloatVector, width: int, left_over: Masks
) -> None:
    """By a number that is missing where it is zero or NaN."""
    threshold, mask = trees.threshold[test], trees.mask[test]
    if trees.kind[test] == ZERO_LEFT:
        for row in range(width):
            goes_right = column[row] > threshold and column[row] != 0
            left_over[row] &= mask if goes_right else _ALL
    else:
        for row in range(width):
            goes_left = column[row] <= threshold and column[row] != 0
            left_over[row] &= _ALL if goes_left else mask


@numba.njit(nogil=True, error_model="numpy", inline="always")
def _rule_out_by_set(
    trees: LeafMasks, test: int, column: FloatVector, width: int, left_over: Masks
) -> None:
    """By a category's code, cut to a whole number; NaN and negative ones are in no set."""
    start, others = trees.table[test], np.int32(trees.table_size[test] - 1)
    for row in range(width):
        code = column[row]
        known = code > np.float32(-1) and code < np.float32(others)
        left_over[row] &= trees.tables[start + (np.int32(code) if known else others)]


@numba.njit(nogil=True, error_model="numpy", inline="always")
def _take_leaves(trees: LeafMasks, part: int, width: int, left_over: Masks, value: Doubles) -> None:
    """The value of the leftmost leaf that is left; parts further left come later and win."""
    for row in range(width):
        leaves = left_over[row]
        leftmost = leaves & (~leaves + _ONE)
        place = np.uint32(leftmost * _DE_BRUIJN) >> _SHIFT
        found = trees.leaf[part * WIDTH + np.int64(place)]
        value[row] = found if leaves != 0 else value[row]
