"""The import graph of the packages: no circles, and a ground that imports nothing above it.

Imports count wherever they stand: inside a function, and under `TYPE_CHECKING`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import onboarding
import pytest

import onboarding_mangopay
import onboarding_paysera
import onboarding_simulators
import onboarding_stripe

MOST_LINES = 400
PACKAGES = (
    onboarding,
    onboarding_mangopay,
    onboarding_paysera,
    onboarding_stripe,
    onboarding_simulators,
)


def files() -> Iterator[tuple[str, Path]]:
    """Every module of the packages by its dotted name, with its file."""
    for package in PACKAGES:
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*.py")):
            parts = path.relative_to(root.parent).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), path


MODULES = dict(files())


def imported(name: str) -> set[str]:
    """The modules of the packages that a module imports, other than the front door."""
    path, found = MODULES[name], set[str]()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            home = resolve_name("." * node.level + (node.module or ""), package)
            inner = {f"{home}.{alias.name}" for alias in node.names}
            found |= {each if each in MODULES else home for each in inner}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return (found & MODULES.keys()) - {"onboarding", name}


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = [name for name in MODULES if not name.startswith("onboarding_simulators")]

    TopologicalSorter({name: imported(name) for name in names}).prepare()


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("onboarding.errors", set()),
        ("onboarding.bodies", {"onboarding.errors"}),
        ("onboarding.http", {"onboarding.bodies", "onboarding.errors", "onboarding.urls"}),
    ],
)
def test_the_ground_imports_nothing_above_it(name: str, below: set[str]) -> None:
    assert imported(name) == below


@pytest.mark.parametrize("name", MODULES)
def test_no_module_is_too_long(name: str) -> None:
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= MOST_LINES
