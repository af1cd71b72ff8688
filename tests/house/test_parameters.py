"""The reference tells every parameter of what authors of adapters import."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from enum import Enum
from importlib import import_module
from typing import Any

import attrs
import pytest
from tests.house.meanings import meanings

MODULES = ("onboarding.spi", "onboarding.mapping", "onboarding.testing")
ELSEWHERE = re.compile(r"other arguments\s+are\s+those\s+of\s+`")
"""How a docstring refers to that of another function."""


def is_told(name: str, text: str) -> bool:
    """Whether a docstring has the name of a parameter: in code, or as a word of a sentence."""
    words = re.escape(name.removesuffix("s")).replace("_", "[ _-]")
    return re.search(rf"\b{words}(?:e?s)?\b", text, re.IGNORECASE) is not None


def untold(function: Callable[..., Any]) -> list[str]:
    """The parameters that a docstring does not tell; the only one needs no name."""
    text = inspect.getdoc(function) or ""
    names = [
        name
        for name in inspect.signature(function).parameters
        if name not in ("self", "cls") and not name.startswith("_")
    ]
    if not text:
        return ["(no docstring)"]
    if len(names) == 1 or ELSEWHERE.search(text):
        return []
    return [name for name in names if not is_told(name, text)]


def untold_fields(cls: Any) -> Iterator[str]:
    told, text = meanings(cls), inspect.getdoc(cls) or ""
    for field in attrs.fields(cls):
        is_public = field.init and not field.name.startswith("_")
        if is_public and field.name not in told and not is_told(field.name, text):
            yield field.name


def found_in(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each parameter below a public name that the reference does not tell."""
    if inspect.isfunction(value):
        yield from ((name, one) for one in untold(value))
    elif inspect.isclass(value) and not issubclass(value, Enum):
        if not inspect.getdoc(value):
            yield name, "(no docstring)"
        if attrs.has(value):
            yield from ((name, one) for one in untold_fields(value))
        for member, function in vars(value).items():
            plain = getattr(function, "__func__", function)
            if not member.startswith("_") and inspect.isfunction(plain):
                bound = getattr(value, member)
                yield from ((f"{name}.{member}", one) for one in untold(bound))


@pytest.mark.parametrize("module", MODULES)
def test_the_reference_tells_every_parameter(module: str) -> None:
    public = import_module(module)

    missing = [one for name in public.__all__ for one in found_in(name, getattr(public, name))]

    assert missing == []


def told(first: object, second_one: object) -> None:
    """Compares the first with the second one."""


def silent(first: object, second: object) -> None:
    """Compares two values."""


def test_a_parameter_that_is_not_told_is_found() -> None:
    assert untold(told) == []
    assert untold(silent) == ["first", "second"]
