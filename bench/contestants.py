"""Who is measured: the scorer, the bare loop, and the scorer as written in other frameworks."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from bench.peers.assignment import Mode, Trees

_ROOT = Path(__file__).parents[1]
PEERS_PYTHON = _ROOT / ".venv-bench" / "bin" / "python"
_OURS = Path(sys.executable)


@dataclass(frozen=True, slots=True, eq=False)
class Contestant:
    """A program that does the scorer's work.

    Attributes:
        name: in tables and figures.
        modules: what is run, by what it is to do.
        python: of the environment that its framework is installed in.
        service: whether it is the service itself, which is configured by its environment.
        commits: whether it commits to a consumer group; else it keeps its place by itself.
        trees: what it evaluates the model by; the service itself has its own.
    """

    name: str
    modules: Mapping[Mode, str]
    python: Path = _OURS
    service: bool = False
    commits: bool = True
    trees: Trees = "LightGBM"

    @property
    def key(self) -> str:
        """The name as part of figures' and topics' names."""
        return self.name.lower().replace(" ", "-")


def _peer(name: str, module: str, python: Path, *, commits: bool = True) -> Contestant:
    path = f"bench.peers.{module}"
    return Contestant(name, dict.fromkeys(get_args(Mode), path), python, commits=commits)


_LOOP_ALONE = "bench.peers.scorer_pass"
SCORER = Contestant(
    "scorer", {"score": "scorer", "pass": _LOOP_ALONE, "receipt": _LOOP_ALONE}, service=True
)
BARE = replace(_peer("bare loop", "bare", _OURS), trees="compiled")
FAUST = _peer("Faust", "faust_agent", _OURS)
OTHERS = (
    _peer("Quix Streams", "quix", PEERS_PYTHON),
    _peer("Bytewax", "bytewax_flow", PEERS_PYTHON, commits=False),
    _peer("FastStream", "faststream_app", PEERS_PYTHON),
    _peer("Pathway", "pathway_flow", PEERS_PYTHON, commits=False),
)
CONTESTANTS = (SCORER, BARE, FAUST, *OTHERS)

WITH_OUR_TREES = tuple(
    replace(
        one,
        name=f"{one.name} with our trees",
        modules={"score": one.modules["score"]},
        trees="compiled",
    )
    for one in OTHERS
)
"""What a framework would reach if its users had the compiled trees."""
