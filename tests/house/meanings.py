"""The meaning and the example of each field of a class, from the docstrings below the fields."""

from __future__ import annotations

import ast
import inspect
import re
from itertools import pairwise
from textwrap import dedent

from attrs import frozen

__all__ = ["Meaning", "meanings"]

_EXAMPLE = re.compile(r"\s*Example: `(?P<value>[^`]+)`\.$")


@frozen
class Meaning:
    """What a field or a member of an enum means, and an example; each is empty if not written."""

    words: str = ""
    example: str = ""


def meanings(cls: type) -> dict[str, Meaning]:
    """Returns the meaning of each field or member that has a docstring, by its name."""
    found: dict[str, Meaning] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] == cls.__module__.partition(".")[0]:
            found |= _own(base)
    return found


def _own(cls: type) -> dict[str, Meaning]:
    """Returns those of the fields that the class itself declares."""
    (tree,) = ast.parse(dedent(inspect.getsource(cls))).body
    assert isinstance(tree, ast.ClassDef)
    return {
        name: _read(below.value.value)
        for declared, below in pairwise(tree.body)
        if (name := _name(declared))
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(below.value.value, str)
    }


def _name(statement: ast.stmt) -> str:
    """The name that a statement gives a value or a type, or nothing."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return ""


def _read(docstring: str) -> Meaning:
    text = inspect.cleandoc(docstring)
    example = _EXAMPLE.search(text)
    words = text[: example.start()] if example else text
    return Meaning(" ".join(words.split()), example["value"] if example else "")
