"""The names under which our services show their metrics to Prometheus."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from prometheus_client import REGISTRY, Metric

import explainer.metrics
import query_api.metrics
import runtime.metrics
import scorer.metrics
from drift_monitor.metrics import DriftCollector
from drift_monitor.performance.metrics import PerformanceCollector

_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
_MODULES = (explainer.metrics, query_api.metrics, runtime.metrics, scorer.metrics)


@cache
def exported_metrics() -> frozenset[str]:
    """Every name, as PromQL has it, and those of the process and of Prometheus itself."""
    assert all(module.__name__.endswith(".metrics") for module in _MODULES)
    families: list[Iterable[Metric]] = [REGISTRY.collect()]
    families += [DriftCollector().describe(), PerformanceCollector().describe()]
    return frozenset({"up"} | {name for family in families for name in _names(family)})


@cache
def metrics_in(expression: str) -> frozenset[str]:
    """The metrics that a PromQL expression names, recorded ones too."""
    bare = re.sub(r'"[^"]*"|\[[^]]*\]|\{[^}]*\}', " ", expression)
    bare = re.sub(r"\b(by|on|ignoring)\s*\([^)]*\)", " ", bare)
    words = re.findall(r"[a-zA-Z_:][\w:]*\b(?!\s*\()", bare)
    return frozenset(word for word in words if "_" in word or word == "up") - {"group_left"}


def _names(families: Iterable[Metric]) -> Iterator[str]:
    for family in families:
        yield from (family.name + suffix for suffix in _SUFFIXES.get(family.type, ("",)))
