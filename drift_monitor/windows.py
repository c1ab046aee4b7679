"""Windows made of panes: one sliding for the eye, and ones that do not overlap for verdicts.

A pane holds one hop of scores. The sliding window is the last few panes and moves on with each; the
verdict window is the panes since the last verdict, and closes when they make a whole window, or
earlier by age. Both follow from the scores' order alone, however they are cut into batches.
"""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from contracts.packing import FloatMatrix, FloatVector
from drift_monitor.spans import Counted, Span


@dataclass(frozen=True, slots=True)
class Sizes:
    """How windows are cut.

    Attributes:
        window: scores in a whole window; a multiple of `hop`.
        hop: scores in a pane.
        least: scores that a window closed by age must hold, at least one.
        max_age: from a verdict window's first score to its closing by age.
        lateness: how long a day waits for its last scores.
        sampled: rows of a day that are kept for the test of all columns together.
    """

    window: int = 1000
    hop: int = 250
    least: int = 250
    max_age: dt.timedelta = dt.timedelta(days=1)
    lateness: dt.timedelta = dt.timedelta(hours=1)
    sampled: int = 2000

    def __post_init__(self) -> None:
        """Refuse a window that panes cannot make up."""
        if self.window % self.hop:
            raise ValueError(f"a window of {self.window} is no multiple of the hop, {self.hop}")

    @property
    def panes(self) -> int:
        """Panes in a whole window."""
        return self.window // self.hop


@dataclass(slots=True, eq=False)
class Pane:
    """Scores that follow each other, at most one hop of them."""

    span: Span
    rows: list[FloatVector]

    def add(self, one: Counted) -> None:
        """Count one more score."""
        self.span += Span.of(one)
        self.rows.append(one.row)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Panes that follow each other, as one sample."""

    panes: tuple[Pane, ...]

    @property
    def span(self) -> Span:
        """What all the panes cover."""
        first, *later = (pane.span for pane in self.panes)
        return sum(later, start=first)

    def matrix(self) -> FloatMatrix:
        """All rows, shape (scores, columns)."""
        return np.stack(list(itertools.chain.from_iterable(pane.rows for pane in self.panes)))


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """A pane has closed: the sliding window, and the verdict window where that has closed too."""

    sliding: Window
    verdict: Window | None


@dataclass(slots=True)
class Windows:
    """The windows over the scores of one model version.

    Attributes:
        sizes: how windows are cut.
        closed: the last closed panes, at most a whole window of them.
        open: the pane that fills.
        undecided: closed panes since the last verdict.
    """

    sizes: Sizes
    closed: list[Pane] = field(default_factory=list)
    open: Pane | None = None
    undecided: int = 0

    def add(self, one: Counted) -> Iterator[Hop]:
        """Count a score; yields the hops that end before it or with it."""
        yield from self.close_aged(one.scored_at)
        if self.open is None:
            self.open = Pane(Span.of(one), [one.row])
        else:
            self.open.add(one)
        if self.open.span.size == self.sizes.hop:
            yield self._hop(aged=False)

    def close_aged(self, now: dt.datetime) -> Iterator[Hop]:
        """Close the verdict window if it is too old and large enough.

        Where a clock was ahead at its first score, the next ones tell how old it is.
        """
        if self.waiting >= self.sizes.least:
            opened_at = min(pane.span.opened_at for pane in self._verdict_panes())
            if now - opened_at >= self.sizes.max_age:
                yield self._hop(aged=True)

    @property
    def last_at(self) -> dt.datetime:
        """The time of the last scores; there must be one."""
        return self.panes[-1].span.closed_at

    @property
    def waiting(self) -> int:
        """Scores that no verdict covers yet."""
        return sum(pane.span.size for pane in self._verdict_panes())

    @property
    def panes(self) -> Sequence[Pane]:
        """Every pane that is held, oldest first."""
        return (*self.closed, self.open) if self.open else self.closed

    def _verdict_panes(self) -> Sequence[Pane]:
        decided = len(self.closed) - self.undecided
        return self.panes[decided:]

    def _hop(self, *, aged: bool) -> Hop:
        if self.open is not None:
            self.closed = [*self.closed, self.open][-self.sizes.panes :]
            self.open = None
            self.undecided += 1
        verdict = None
        if aged or self.undecided == self.sizes.panes:
            verdict = Window(tuple(self.closed[-self.undecided :]))
            self.undecided = 0
        return Hop(Window(tuple(self.closed)), verdict)
