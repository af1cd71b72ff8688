"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from importlib import metadata, resources
from pathlib import Path

import onboarding
import pytest

PACKAGES = (
    "onboarding",
    "onboarding_mangopay",
    "onboarding_paysera",
    "onboarding_stripe",
    "onboarding_simulators",
)

PUBLIC_MODULES = (
    "onboarding.banking",
    "onboarding.checks",
    "onboarding.concurrency",
    "onboarding.directory",
    "onboarding.errors",
    "onboarding.levels",
    "onboarding.migration",
    "onboarding.opentelemetry",
    "onboarding.policies",
    "onboarding.polling",
    "onboarding.registry",
    "onboarding.requirements",
    "onboarding.routing",
    "onboarding.service",
    "onboarding.verified_claims",
)

ABOVE_ADAPTERS = {
    "AsyncGateway",
    "AsyncGateways",
    "Gateway",
    "Gateways",
}


def modules() -> list[str]:
    names: list[str] = []
    for package in PACKAGES:
        paths = importlib.import_module(package).__path__
        names.append(package)
        names += [found.name for found in pkgutil.walk_packages(paths, f"{package}.")]
    return [name for name in names if not name.endswith("__main__")]


def source(module: str) -> tuple[Path, ast.Module]:
    path = Path(str(importlib.import_module(module).__file__))
    return path, ast.parse(path.read_text("utf-8"))


def test_the_package_under_test_is_the_installed_distribution() -> None:
    distribution = metadata.distribution("onboarding")

    points = {point.name for point in distribution.entry_points if point.group == "onboarding"}

    assert points == {"mangopay", "paysera", "stripe"}
    assert distribution.version == onboarding.__version__


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_that_it_is_typed(package: str) -> None:
    assert resources.files(package).joinpath("py.typed").is_file()


@pytest.mark.parametrize("name", onboarding.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    found = getattr(onboarding, name)

    assert name in dir(onboarding)
    assert getattr(found, "__doc__", None) or name in ("Flow", "Credentials", "hookimpl")


@pytest.mark.parametrize("name", PUBLIC_MODULES)
def test_every_name_of_a_public_module_is_there_and_documented(name: str) -> None:
    module = importlib.import_module(name)

    assert module.__doc__
    assert all(getattr(module, each).__doc__ for each in module.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_this_name'"):
        getattr(onboarding, "nothing_of_this_name")  # noqa: B009


@pytest.mark.parametrize("module", modules())
def test_every_module_begins_with_one_sentence(module: str) -> None:
    _, tree = source(module)

    first = (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")

    assert first.endswith(".")
    assert first.count(". ") == 0


@pytest.mark.parametrize("module", [name for name in modules() if name.startswith("onboarding_")])
def test_no_adapter_takes_a_name_from_above_its_floor(module: str) -> None:
    _, tree = source(module)

    taken = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "onboarding"
        for alias in node.names
    }

    assert not taken & ABOVE_ADAPTERS


def test_the_front_door_exports_the_names_of_its_stub() -> None:
    stub = ast.parse(resources.files("onboarding").joinpath("__init__.pyi").read_text("utf-8"))

    listed = [a.name for n in stub.body if isinstance(n, ast.ImportFrom) for a in n.names]

    assert sorted(listed) == onboarding.__all__


@pytest.mark.parametrize("module", [name for name in modules() if name.startswith("onboarding_")])
def test_an_adapter_imports_the_front_door_and_the_authors_door_alone(module: str) -> None:
    _, tree = source(module)

    deep = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "onboarding"
    }

    assert deep <= {"onboarding", "onboarding.spi"}
