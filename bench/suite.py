"""The benchmarks in their order, and what they are given."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench import (
    attributions,
    batch_scores,
    clean_stream,
    evaluation,
    growth,
    histories,
    latency,
    lookups,
    memory,
    profiles,
    steps,
    throughput,
    whole_training,
    windows,
)
from bench.material import Material, Say
from bench.results import Findings
from bench.scale import Scale
from bench.stage import Stage, open_stage


class Surroundings:
    """What the benchmarks share; a Kafka is started when the first of them asks for it."""

    def __init__(
        self, material: Material, folder: Path, data: Path | None, stack: ExitStack, say: Say
    ) -> None:
        self.material, self.folder, self.data = material, folder, data
        self._stack, self._say = stack, say

    @cached_property
    def stage(self) -> Stage:
        """The Kafka and the registry, until the end of the run."""
        return self._stack.enter_context(open_stage(self.material, self.folder, self._say))


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark by the name of its result."""

    name: str
    measure: Callable[[Surroundings, Scale], Findings]


BENCHMARKS = (
    Benchmark("evaluation", lambda around, scale: evaluation.measure(around.material, scale)),
    Benchmark("attributions", lambda around, scale: attributions.measure(around.material, scale)),
    Benchmark("steps", lambda around, scale: steps.measure(around.material, scale)),
    Benchmark("windows", lambda around, scale: windows.measure(around.material, scale)),
    Benchmark("histories", lambda around, scale: histories.measure(around.data, scale)),
    Benchmark("training", lambda around, scale: whole_training.measure(around.data, scale)),
    Benchmark("batch_scores", lambda around, scale: batch_scores.measure(around.material, scale)),
    Benchmark("throughput", lambda around, scale: throughput.measure(around.stage, scale)),
    Benchmark("latency", lambda around, scale: latency.measure(around.stage, scale)),
    Benchmark("lookups", lambda around, scale: lookups.measure(around.stage, scale)),
    Benchmark("growth", lambda around, scale: growth.measure(around.stage, scale)),
    Benchmark("memory", lambda around, scale: memory.measure(around.stage, scale)),
    Benchmark("clean_stream", lambda around, scale: clean_stream.measure(around.stage, scale)),
    Benchmark("profiles", lambda around, scale: profiles.measure(around.stage, scale)),
)
