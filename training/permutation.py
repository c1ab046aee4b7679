"""What the ranking of unseen rows loses when features are shuffled: permutation importance. Pure.

Every row is judged by the model of the outer fold that held it out. A model that has seen the rows
would credit features that it merely learned by heart.

Sources: L. Breiman, Random forests, 2001; for the interval E. DeLong et al., 1988, paired.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

from contracts.packing import FloatMatrix
from training.evaluate import Interval
from training.train import TrainingRows

Doubles = npt.NDArray[np.float64]

_Z = float(norm.ppf(0.975))


class FoldModel(Protocol):
    """The model of an outer fold."""

    @property
    def booster(self) -> lgb.Booster:
        """The trees."""

    @property
    def columns(self) -> npt.NDArray[np.intp]:
        """The places of the features that they take."""


class OutOfFold(Protocol):
    """The models of all outer folds."""

    @property
    def fold(self) -> npt.NDArray[np.intp]:
        """The fold in which a row was held out, shape (rows,)."""

    @property
    def models(self) -> Sequence[FoldModel]:
        """The model of each fold."""


@dataclass(frozen=True, slots=True)
class Shuffling:
    """How much is shuffled.

    Attributes:
        most_of_a_class: rows of either class, over all folds. The AUC does not depend on the shares
            of the classes, and equal shares give the narrowest interval for the work.
        repeats: of each shuffling.
        seed: of the sample and the shuffling.
    """

    most_of_a_class: int
    repeats: int
    seed: int


@dataclass(frozen=True, slots=True)
class _Placements:
    """The share of good rows below each bad one, and of bad rows above each good one."""

    bad: Doubles
    good: Doubles


@dataclass(frozen=True, slots=True)
class _Judge:
    """A fold's model, what it is asked about, and what it said.

    Attributes:
        model: the fold's.
        matrix: the rows asked about, as the model takes them.
        target: of them.
        donors: the rows of the fold that values are taken from.
        said: of the rows as they are.
    """

    model: FoldModel
    matrix: FloatMatrix
    target: Doubles
    donors: FloatMatrix
    said: _Placements


@dataclass(frozen=True, slots=True)
class PermutationLosses:
    """The AUC lost by shuffling each group of features, with its 95 % interval; and on how much."""

    losses: Mapping[str, Interval]
    rows: int
    repeats: int


def permutation_losses(
    rows: TrainingRows,
    out_of_fold: OutOfFold,
    groups: Mapping[str, Collection[str]],
    shuffling: Shuffling,
) -> PermutationLosses:
    """Shuffle every group's features together and rank again.

    The groups' values come from other rows of the same fold, all columns of a group from one row,
    so that what stands together in a group stays together. A feature that a fold's model does not
    take costs nothing there.
    """
    judges = list(_judges(rows, out_of_fold, shuffling))

    def lost(members: Collection[str]) -> Interval:
        folds = [_loss(judge, _places(judge, rows, members), shuffling) for judge in judges]
        return _combined(folds)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        losses = dict(zip(groups, pool.map(lost, groups.values()), strict=True))
    return PermutationLosses(losses, sum(len(one.target) for one in judges), shuffling.repeats)


def _judges(rows: TrainingRows, out_of_fold: OutOfFold, shuffling: Shuffling) -> Iterator[_Judge]:
    draw = np.random.default_rng(shuffling.seed)
    most = shuffling.most_of_a_class // len(out_of_fold.models)
    for at, model in enumerate(out_of_fold.models):
        held_out = draw.permutation(np.flatnonzero(out_of_fold.fold == at))
        asked = np.concatenate(
            [held_out[rows.target[held_out] == value][:most] for value in (0, 1)]
        )
        matrix, target = rows.matrix[np.ix_(asked, model.columns)], rows.target[asked]
        donors = rows.matrix[np.ix_(held_out, model.columns)]
        yield _Judge(model, matrix, target, donors, _placements(model, matrix, target))


def _places(judge: _Judge, rows: TrainingRows, members: Collection[str]) -> list[int]:
    """Where the group's features stand in what the fold's model takes."""
    taken = [rows.names[at] for at in judge.model.columns]
    return [place for place, name in enumerate(taken) if name in members]


def _loss(judge: _Judge, places: Sequence[int], shuffling: Shuffling) -> tuple[float, float, int]:
    """The mean loss of a fold, its variance, and the rows behind it."""
    if not places:
        return 0.0, 0.0, len(judge.target)
    draw = np.random.default_rng(shuffling.seed)
    shuffled = []
    for _ in range(shuffling.repeats):
        mixed = judge.matrix.copy()
        mixed[:, places] = draw.choice(judge.donors, len(mixed))[:, places]
        shuffled.append(_placements(judge.model, mixed, judge.target))
    bad = judge.said.bad - np.mean([one.bad for one in shuffled], axis=0)
    good = judge.said.good - np.mean([one.good for one in shuffled], axis=0)
    variance = bad.var(ddof=1) / len(bad) + good.var(ddof=1) / len(good)
    return float(bad.mean()), float(variance), len(judge.target)


def _placements(model: FoldModel, matrix: FloatMatrix, target: Doubles) -> _Placements:
    said = model.booster.predict(matrix, raw_score=True, num_threads=1)
    scores = np.asarray(said, dtype=np.float64)
    bad, good = scores[target == 1], scores[target == 0]
    ranks = rankdata(np.concatenate([bad, good]))
    above_good = (ranks[: len(bad)] - rankdata(bad)) / len(good)
    below_bad = 1 - (ranks[len(bad) :] - rankdata(good)) / len(bad)
    return _Placements(above_good, below_bad)


def _combined(folds: Sequence[tuple[float, float, int]]) -> Interval:
    """Over the folds, each by its rows; their errors are independent, for they share no row."""
    losses, variances, counts = (np.array(column) for column in zip(*folds, strict=True))
    weights = counts / counts.sum()
    loss = float(weights @ losses)
    half = _Z * float(np.sqrt(np.square(weights) @ variances))
    return Interval(loss, loss - half, loss + half)
