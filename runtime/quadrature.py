"""The factors of the integral that gives a Shapley value, for every edge of a tree. Pure."""

from typing import NamedTuple

import numpy as np

from runtime.tree_text import Doubles, Ints


class Covers(NamedTuple):
    """The products of the cover ratios of an edge's feature along the path, over edges.

    Attributes:
        before: without the edge: 1 where the feature has not been met.
        after: with it.
    """

    before: Doubles
    after: Doubles


def nodes_needed(depth: Ints, previous: Ints) -> int:
    """Nodes that are exact for the path with the most different features."""
    most, distinct = 1, [0]
    for at, met_at in zip(depth.tolist(), previous.tolist(), strict=True):
        del distinct[at + 1 :]
        distinct.append(distinct[-1] + (met_at < 0))
        most = max(most, distinct[-1])
    return (most + 1) // 2


def factors(covers: Covers, nodes: int) -> tuple[Doubles, Doubles]:
    """What edges multiply a path's product by, (edges, 3, nodes), and the shares of what is below.

    The three are the states (o0, o) of a row: (1, 1), (1, 0) and (0, 0), where o is 1 while the row
    satisfies the feature's splits, before and after the edge. In the state (0, 0) the terms of an
    edge and its predecessor cancel: the shares, (edges, 2, nodes), are those of the first two.
    """
    t, weights = _gauss_legendre(nodes)
    z0, z = covers.before[:, None], covers.after[:, None]
    # Before the first split on a feature z0 and o0 are 1: its factor is 1, whatever t is.
    old_satisfied = (1 - t) * z0 + t
    new_satisfied, new_failed = (1 - t) * z + t, (1 - t) * z
    product = np.stack(
        [new_satisfied / old_satisfied, new_failed / old_satisfied, z / z0 + 0 * t], axis=1
    )
    before = (1 - z0) / old_satisfied
    share = np.stack([(1 - z) / new_satisfied - before, -z / new_failed - before], axis=1)
    return product, share * weights


def _gauss_legendre(count: int) -> tuple[Doubles, Doubles]:
    """Nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)  # type: ignore[no-untyped-call]
    return (nodes + 1) / 2, weights / 2
