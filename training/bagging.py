"""Several boosters as one: its raw score is the mean of theirs. Pure."""

import re
from collections.abc import Sequence
from itertools import chain

import lightgbm as lgb

_SIZES = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)
_NUMBER = re.compile(r"^Tree=\d+", re.MULTILINE)
_SCALED = re.compile(r"^(leaf_value|internal_value|shrinkage)=(.*)$", re.MULTILINE)
_END = "end of trees"


def average(boosters: Sequence[lgb.Booster]) -> lgb.Booster:
    """All trees of these boosters in one, every leaf divided by their number.

    The log-odds are a sum over trees, so the mean of several models is a model of the same kind:
    served, explained and read by all that takes one booster. The boosters must have been fitted to
    the same rows and features, and may have linear trees no more than the services take them.
    """
    if len(boosters) == 1:
        return boosters[0]
    texts = [booster.model_to_string() for booster in boosters]
    trees = chain.from_iterable(_trees(text) for text in texts)
    numbered = (
        _scaled(_NUMBER.sub(f"Tree={at}", tree, count=1), 1 / len(boosters))
        for at, tree in enumerate(trees)
    )
    head, tail = texts[0].index("Tree="), texts[0].index(_END)
    # Without the sizes LightGBM finds the trees by reading on; it writes sizes and counts anew.
    text = _SIZES.sub("", texts[0][:head]) + "".join(numbered) + texts[0][tail:]
    return lgb.Booster(model_str=text)


def _trees(text: str) -> list[str]:
    """The blocks of the trees, each from its number to the blank lines at its end."""
    starts = [found.start() for found in _NUMBER.finditer(text)]
    ends = [*starts[1:], text.index(_END)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _scaled(tree: str, factor: float) -> str:
    def scale(line: re.Match[str]) -> str:
        values = " ".join(repr(float(value) * factor) for value in line[2].split())
        return f"{line[1]}={values}"

    return _SCALED.sub(scale, tree)
