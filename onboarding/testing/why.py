"""Why a law is broken: expected and actual, an example by path, the line of the declaration.

Nothing here shows a value: of a text there is its length, of everything else its type.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, cast

import attrs

from onboarding.adapter import Adapter
from onboarding.mapping.paths import lookup
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import rows_of
from onboarding.mapping.translation import Translation
from onboarding.operations import OPERATIONS
from onboarding.testing.bodies import NOTHING
from onboarding.testing.listening import given_fields
from onboarding.values.base import Model
from onboarding.values.secret import Secret

__all__ = ["Broken", "Why", "declared_at", "differs", "told", "unlike"]


class Broken(AssertionError):
    """A law is broken; `expected` and `came` describe values without showing them."""

    def __init__(self, text: str, *, expected: str = "", came: str = "") -> None:
        super().__init__(text)
        self.expected = expected
        self.came = came


@attrs.frozen(kw_only=True)
class Why:
    """Why a law is broken, without a value of a user."""

    example: str = ""
    """The smallest example, its fields by path; empty for a law that draws none."""
    expected: str = ""
    """What the law expected, if it compares values."""
    came: str = ""
    """What came in its place."""
    declared: tuple[str, ...] = ()
    """The lines of the declarations that the reason names: `wire.py:12 Person.mail`."""


def shape_of(value: object) -> str:
    """Returns the type of a value in words, with the length of a text, and without the value."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "a truth value"
        case Enum():
            return f"a {type(value).__name__}"
        case Secret():
            return "a secret"
        case str():
            return f"a text of {_counted(len(value), 'character')}"
        case int() | float():
            return "a number"
        case bytes():
            return _counted(len(value), "byte")
        case datetime():
            return "a date and time"
        case date():
            return "a date"
        case Mapping():
            known: Mapping[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
            return f"an object of {_counted(len(known), 'key')}"
        case tuple() | list() | frozenset():
            return _counted(len(cast("tuple[Any, ...]", value)), "item")
        case _:
            return "no key" if value is NOTHING else f"a {type(value).__name__}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def differs(text: str, paths: Iterable[str], expected: Model, came: Model) -> Broken:
    """Returns the failure of a law by which a value should be another one at some paths."""
    every = sorted(paths)
    pairs = {path: _apart(lookup(expected, path), lookup(came, path)) for path in every}
    return Broken(
        f"{text}: {every}",
        expected=", ".join(f"{path}: {one}" for path, (one, _) in pairs.items()),
        came=", ".join(f"{path}: {other}" for path, (_, other) in pairs.items()),
    )


def unlike(text: str, expected: object, came: object) -> Broken:
    """Returns the failure of a law by which a value should be another one."""
    one, other = _apart(expected, came)
    return Broken(text, expected=one, came=other)


def _apart(expected: object, came: object) -> tuple[str, str]:
    one, other = shape_of(expected), shape_of(came)
    return one, f"{other}, but another one" if one == other else other


def told(value: object) -> str:
    """Returns an example in one line: its fields by path, without their values."""
    match value:
        case Model():
            given = (f"{path}: {told(one)}" for path, one in given_fields(value))
            return f"{type(value).__name__}({', '.join(given)})"
        case tuple() | list():
            items = cast("tuple[object, ...]", value)
            parts = [told(one) for one in items]
            return f"({', '.join(part for part in parts if part)})"
        case Translation():
            return value.plan.cls.__name__
        case Adapter():
            return f"the adapter {type(value).__name__}"
        case _ if hasattr(value, "user") and hasattr(value, "wire"):  # a case
            case: Any = value
            variant = f" of {case.variant}" if case.variant else ""
            return f"{told(case.user)} by {told(case.wire)}{variant}"
        case _ if type(value).__module__.startswith("hypothesis"):
            return ""
        case _:
            return shape_of(value)


_TOKEN = re.compile(r"[A-Za-z_][\w.]*(?:\[\w+\])?[\w.]*")
MOST = 3
"""The most declarations that are named for one failure."""


def declared_at(reason: str, plans: Iterable[Plan], adapters: Iterable[type]) -> tuple[str, ...]:
    """Returns the lines of the fields and operations that the reason of a failure names."""
    names = dict.fromkeys(_TOKEN.findall(reason))
    found = dict.fromkeys(
        line for name in names for line in (*_fields(name, plans), *_operations(name, adapters))
    )
    return tuple(found)[:MOST]


def _fields(name: str, plans: Iterable[Plan]) -> Iterator[str]:
    for plan in plans:
        cls, dot, wire = name.partition(".")
        own = wire if dot and cls == plan.cls.__name__ else name
        paths = [own] if own in plan.by_wire else []
        paths += plan.by_core[name].wires[:1] if name in plan.by_core else ()
        for path in dict.fromkeys(paths):
            yield from _line(plan.cls, path)


def _line(cls: type, wire: str) -> Iterator[str]:
    """Yields the line of the class that declares a wire path, if its source is there."""
    *around, name = wire.split(".")
    for step in around:
        cls = next(row.inside or cls for row in rows_of(cls) if row.wire == step)
    for one in cls.__mro__:
        if name not in vars(one).get("__annotations__", {}):
            continue
        try:
            lines, first = inspect.getsourcelines(one)
            file = inspect.getsourcefile(one) or ""
        except (OSError, TypeError):
            return
        for number, line in enumerate(lines, first):
            if re.match(rf"\s+{re.escape(name)}\s*:", line):
                yield f"{_short(file)}:{number} {one.__name__}.{name}"
                return
        return


def _operations(name: str, adapters: Iterable[type]) -> Iterator[str]:
    if name not in OPERATIONS:
        return
    for cls in adapters:
        method = getattr(cls, name)
        try:
            _, first = inspect.getsourcelines(method)
            file = inspect.getsourcefile(method) or ""
        except (OSError, TypeError):
            continue
        yield f"{_short(file)}:{first} {method.__qualname__}"


def _short(file: str) -> str:
    path = Path(file)
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return path.name
