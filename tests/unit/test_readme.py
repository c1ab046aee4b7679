"""The README held against the code it speaks of."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKED = sorted(set(re.findall(r"\[`([\w.]+)`\]\(([\w/]+\.py)\)", README)))
STAGES = ("producer", "contracts", "scorer", "explainer", "drift_monitor", "query_api")


def names(node: ast.AST, prefix: str = "") -> Iterator[str]:
    """What a module defines, methods as `Class.method`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + child.name
            yield from names(child, f"{prefix}{child.name}.")


@pytest.mark.parametrize(("name", "path"), LINKED)
def test_what_is_linked_by_name_is_defined_there(name: str, path: str) -> None:
    assert name in set(names(ast.parse((ROOT / path).read_text(encoding="utf-8"))))


def test_an_application_is_followed_through_every_stage() -> None:
    followed = [path.split("/")[0] for _, path in LINKED]
    assert set(followed) >= set(STAGES)


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", README))))
def test_every_command_is_a_module(module: str) -> None:
    place = ROOT.joinpath(*module.split("."))
    assert place.with_suffix(".py").exists() or (place / "__main__.py").exists()


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)))
)
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
