"""A LightGBM model's own text as arrays, a tree at a time: what both compiled engines begin with.

The text holds every number to its last bit, has no nesting that a deep tree could exhaust, and is
read in small pieces, so that a service goes on while a new model is taken in.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint32]
Doubles = npt.NDArray[np.float64]

NOTHING_MISSING, ZERO_MISSING, NAN_MISSING, CATEGORICAL = range(4)
"""The kind of a split by a set of category codes; the others are LightGBM's missing types."""

_IS_CATEGORICAL, _DEFAULT_LEFT, _MISSING_TYPE = 1, 2, 2  # two bits, and where two more begin


class UnsupportedModelError(ValueError):
    """The model has something that the compiled engines do not know."""


class Tree(NamedTuple):
    """One tree. Arrays over its splits, from the root at 0, unless said otherwise.

    Attributes:
        feature: that the split is on.
        kind: LightGBM's missing type, or `CATEGORICAL`.
        default_left: whether a missing value goes left.
        threshold: of a numeric split; of a categorical one, the place of its set.
        left: the left child: a split, or a leaf as its complement (-1 is leaf 0).
        right: the right child.
        rows: training rows that came by.
        leaf: the values of the leaves, in log-odds.
        leaf_rows: training rows of the leaves.
        set_bounds: where the category sets begin and end in `set_words`.
        set_words: category sets, 32 codes a word.
    """

    feature: Ints
    kind: Ints
    default_left: npt.NDArray[np.bool_]
    threshold: Doubles
    left: Ints
    right: Ints
    rows: Doubles
    leaf: Doubles
    leaf_rows: Doubles
    set_bounds: Ints
    set_words: Words

    def category_words(self, split: int) -> Words:
        """The set of a categorical split: the codes that go left, 32 a word."""
        place = int(self.threshold[split])
        return self.set_words[self.set_bounds[place] : self.set_bounds[place + 1]]


def read_trees(booster: lgb.Booster) -> Iterator[Tree]:
    """The trees in the order in which LightGBM adds them up.

    Raises:
        UnsupportedModelError: linear trees, several classes or averaged output; told at once,
            before the first tree.
    """
    header, *blocks = booster.model_to_string().split("\nTree=")
    _refuse_unsupported(_fields(header))
    trees = [_fields(block.partition("\nend of trees")[0]) for block in blocks]
    if any(int(tree.get("is_linear", "0")) for tree in trees):
        raise UnsupportedModelError("the model has linear trees")
    return map(_tree, trees)


def _fields(block: str) -> Mapping[str, str]:
    named = (line.partition("=") for line in block.splitlines())
    return {name: value for name, _, value in named}


def _refuse_unsupported(header: Mapping[str, str]) -> None:
    if int(header["num_tree_per_iteration"]) != 1:
        raise UnsupportedModelError("the model has several classes")
    if "average_output" in header:
        raise UnsupportedModelError("the model averages its trees (random forest)")


def _tree(fields: Mapping[str, str]) -> Tree:
    decision = _ints(fields, "decision_type")
    missing_type = (decision >> _MISSING_TYPE) & 3
    return Tree(
        feature=_ints(fields, "split_feature"),
        kind=np.where(decision & _IS_CATEGORICAL, CATEGORICAL, missing_type).astype(np.int32),
        default_left=(decision & _DEFAULT_LEFT) > 0,
        threshold=_doubles(fields, "threshold"),
        left=_ints(fields, "left_child"),
        right=_ints(fields, "right_child"),
        rows=_doubles(fields, "internal_count"),
        leaf=_doubles(fields, "leaf_value"),
        leaf_rows=_doubles(fields, "leaf_count"),
        set_bounds=_ints(fields, "cat_boundaries"),
        set_words=np.array(fields.get("cat_threshold", "").split(), dtype=np.uint32),
    )


def _ints(fields: Mapping[str, str], name: str) -> Ints:
    return np.array(fields.get(name, "").split(), dtype=np.int32)


def _doubles(fields: Mapping[str, str], name: str) -> Doubles:
    return np.array(fields.get(name, "").split(), dtype=np.float64)
