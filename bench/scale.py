"""How much is measured: the whole, or what fits into ten minutes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of the benchmarks.

    Attributes:
        quick: whether this is the short form.
        rounds: repetitions of what takes seconds.
        call_rounds: repetitions of what takes milliseconds.
        backlog: applications that contestants work on.
        window: most seconds that a contestant works, from its first output on.
        load_seconds: how long a rate is held for latencies.
        stored: scores in the store that lookups go to.
        growth: numbers of events that a backlog grows to.
        growth_rounds: repetitions over each number of partitions and processes.
        memory_events: applications over which memory is watched.
        profile_seconds: how long a profile is taken.
        history_applicants: applicants of the synthetic Kaggle folder.
        history_rounds: repetitions over that folder.
    """

    quick: bool
    rounds: int
    call_rounds: int
    backlog: int
    window: float
    load_seconds: float
    stored: int
    growth: tuple[int, ...]
    growth_rounds: int
    memory_events: int
    profile_seconds: int
    history_applicants: int
    history_rounds: int


QUICK = Scale(
    quick=True,
    rounds=2,
    call_rounds=3,
    backlog=100_000,
    window=3.0,
    load_seconds=10.0,
    stored=1_000_000,
    growth=(10_000, 100_000),
    growth_rounds=1,
    memory_events=50_000,
    profile_seconds=5,
    history_applicants=5_000,
    history_rounds=2,
)
FULL = Scale(
    quick=False,
    rounds=3,
    call_rounds=15,
    backlog=250_000,
    window=6.0,
    load_seconds=30.0,
    stored=10_000_000,
    growth=(10_000, 100_000, 1_000_000),
    growth_rounds=2,
    memory_events=1_000_000,
    profile_seconds=20,
    history_applicants=356_255,
    history_rounds=3,
)
