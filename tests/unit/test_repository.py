"""Rules of the repository that no tool in `make check` looks after."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("drift_monitor", "explainer", "producer", "query_api", "scorer", "training")
CODE = ("contracts", "runtime", *SERVICES, "deploy", "bench")
TEXTS = (
    "*.md",
    "*.toml",
    "*.lock",
    "*.yaml",
    "*.yml",
    "*.ini",
    "*.cfg",
    "*Dockerfile*",
    "Makefile",
)
CATCHES_ALL = {"Exception", "BaseException"}
METRIC_TYPES = {"Counter", "Gauge", "Histogram", "Info", "Summary"}
SUFFIXES = ("_total", "_bucket", "_sum", "_count", "_created", "_info")


@cache
def sources(*packages: str) -> tuple[Path, ...]:
    return tuple(path for name in packages for path in sorted((ROOT / name).rglob("*.py")))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def texts() -> tuple[Path, ...]:
    """What people wrote: everything but caches, pictures and what is kept for a run.

    A notebook's words stand in its script; the notebook itself is mostly pictures in base64.
    """
    tops = [ROOT / name for name in (*CODE, "tests", "docs", ".ci", "notebooks")]
    found = {path for top in tops for path in top.rglob("*") if path.is_file()}
    below = {path for path in found if "__pycache__" not in path.parts}
    besides = {path for pattern in TEXTS for path in ROOT.glob(pattern)}
    hidden = {".png", ".npy", ".parquet", ".gz", ".ipynb"}
    return tuple(sorted(path for path in below | besides if path.suffix not in hidden))


def where(path: Path, node: ast.expr | ast.stmt | ast.excepthandler) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def mentions(pattern: str) -> list[str]:
    """The lines that hold a pattern, this file's own apart."""
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in texts()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if wanted.search(line)
    ]


def test_nothing_is_left_to_be_done() -> None:
    assert mentions(r"\b(TODO|FIXME|XXX|HACK|TBD)\b") == []


def test_no_address_of_a_package_or_image_registry_is_committed() -> None:
    hosts = r"pypi\.org|pythonhosted\.org|(repo1?|search)\.maven|registry\.npmjs|docker\.io|"
    hosts += r"ghcr\.io|quay\.io|gcr\.io|conda\.anaconda|--(extra-)?index-url|--find-links"
    assert mentions(hosts) == []


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Whether a handler neither leaves the flow nor hands the error to a future that waits."""
    last = handler.body[-1]
    called = last.value if isinstance(last, ast.Expr) else None
    leaves = isinstance(called, ast.Call) and "exit" in ast.unparse(called.func)
    hands_on = any(f".set_exception({handler.name})" in ast.unparse(one) for one in handler.body)
    return not (leaves or hands_on or isinstance(last, ast.Raise))


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or ast.unparse(one) in CATCHES_ALL for one in caught)


def test_nobody_catches_every_error_and_goes_on() -> None:
    swallowed = [
        where(path, node)
        for path in sources(*CODE)
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and _goes_on(node)
    ]
    suppressed = [
        where(path, node)
        for path in sources(*CODE)
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("suppress")
        and any(ast.unparse(caught) in CATCHES_ALL for caught in node.args)
    ]
    assert swallowed + suppressed == []


def _is_empty(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    says_nothing = (ast.Pass, ast.Expr)
    body = function.body[1:] if ast.get_docstring(function) else function.body
    unmade = any("NotImplementedError" in ast.unparse(one) for one in body)
    values = [one.value for one in body if isinstance(one, ast.Expr)]
    constant = all(isinstance(value, ast.Constant) for value in values)
    return unmade or (all(isinstance(one, says_nothing) for one in body) and constant)


def test_no_function_is_a_stub() -> None:
    """Protocols apart, whose methods have nothing but a docstring."""
    stubs = []
    for path in sources(*CODE):
        allowed = {
            method
            for node in nodes(path)
            if isinstance(node, ast.ClassDef)
            and any(ast.unparse(base).startswith("Protocol") for base in node.bases)
            for method in node.body
        }
        stubs += [
            where(path, node)
            for node in nodes(path)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node not in allowed
            and _is_empty(node)
        ]
    assert stubs == []


def test_the_environment_is_read_by_settings_alone() -> None:
    reads = [
        where(path, node)
        for path in sources("contracts", "runtime", *SERVICES)
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    ]
    assert reads == []


def test_every_module_has_a_true_name() -> None:
    nameless = {"base.py", "common.py", "helpers.py", "misc.py", "util.py", "utils.py"}
    assert [path for path in sources(*CODE, "tests") if path.name in nameless] == []


def test_every_package_is_in_the_build() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in sources(*CODE)
        if path.name == "__init__.py"
    }
    assert set(project["tool"]["setuptools"]["packages"]) == found


def _metrics() -> Iterator[str]:
    for path in sources("runtime", *SERVICES):
        for node in nodes(path):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in METRIC_TYPES:
                name = node.args[0] if node.args else None
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    yield name.value
            elif isinstance(node, ast.Dict) and path.name == "metrics.py":  # those of collectors
                keys = (str(key.value) for key in node.keys if isinstance(key, ast.Constant))
                yield from (key for key in keys if key.startswith(SERVICES))


def _stem(metric: str) -> str:
    for suffix in SUFFIXES:
        metric = metric.removesuffix(suffix)
    return metric


def test_metrics_named_in_the_documents_exist() -> None:
    exported = {_stem(name) for name in _metrics()}
    assert "creditstream_records" in exported
    prefixes = "|".join(("creditstream", *SERVICES))
    named = {
        name
        for path in texts()
        if path.suffix == ".md"
        for name in re.findall(rf"`((?:{prefixes})_[a-z_]+)(?:\{{[^`]*)?`", path.read_text())
    }
    known = exported | {"drift_monitor", "query_api"}
    assert sorted(name for name in named if _stem(name) not in known) == []


@pytest.mark.parametrize(
    "page", [path for path in texts() if path.suffix == ".md"], ids=lambda path: path.name
)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
