"""Conditions under which a provider requires, hides or refuses a field; joined by `|` and `&`.

The paths of a condition start from a class. A path of the root, such as `core(User)`, starts at the
whole value; a path of another class starts at the nearest object of that class around the row.
"""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import product
from typing import Any

from attrs import evolve, frozen

from onboarding.mapping.paths import EMPTY, class_at, dotted, lookup, root_of
from onboarding.model.user import User

__all__ = [
    "ALWAYS",
    "Case",
    "Condition",
    "Except",
    "Form",
    "given",
    "lacks",
    "listed",
    "matches",
    "unless",
    "when",
]


@frozen
class Case:
    """One test: the field at a path below `of` is among the values."""

    of: type
    path: str
    values: Container[Any]

    def holds(self, value: object) -> bool:
        return lookup(value, self.path) in self.values

    def settled(self, around: str, root: type = User) -> Case:
        """Returns the test with its path from `root`, for a row inside the object at `around`."""
        place = around
        while not issubclass(class_at(place, root), self.of):
            if not place:
                raise ValueError(f"no {self.of.__name__} lies around {around or root.__name__}")
            place = place.rpartition(".")[0]
        return evolve(self, of=root, path=f"{place}.{self.path}" if place else self.path)


@frozen
class Condition:
    """A condition that holds if every case of at least one group holds."""

    groups: tuple[tuple[Case, ...], ...] = ()
    """Holds if every case of one group holds."""
    words: str = ""
    """The condition in words. Example: `category is OWNER`."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of all groups."""
        return tuple(case for group in self.groups for case in group)

    def holds(self, value: object) -> bool:
        """Whether the condition holds for a user, or another value of the core."""
        return any(all(case.holds(value) for case in group) for group in self.groups)

    def __or__(self, other: Condition) -> Condition:
        return Condition((*self.groups, *other.groups), f"{self.words} or {other.words}")

    def __and__(self, other: Condition) -> Condition:
        pairs = product(self.groups, other.groups)
        groups = tuple((*mine, *theirs) for mine, theirs in pairs)
        return Condition(groups, f"{self.words} and {other.words}")

    def settled(self, around: str, root: type = User) -> Condition:
        """Returns the condition of an object at the path `around`, with its paths from `root`."""
        groups = tuple(tuple(case.settled(around, root) for case in group) for group in self.groups)
        return evolve(self, groups=groups)


ALWAYS = Condition(((),), words="always")
"""The condition that always holds."""


def listed(values: Container[Any]) -> list[Any]:
    """Returns the values of a set in a stable order, or the example of a form; else nothing."""
    if isinstance(values, Form):
        return [values.example]
    if not isinstance(values, frozenset):
        return []
    return sorted(values, key=str)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]


def when(path: object, *values: Any, words: str = "") -> Condition:
    """Returns the condition that the field at `path` is one of `values`.

    `words` describe it, after "when" or "if"; by default, they are made of the path and the values.
    """
    text = words or f"{dotted(path)} is {' or '.join(str(value) for value in values)}"
    return Condition(((Case(root_of(path), dotted(path), frozenset(values)),),), words=text)


@frozen
class Except:
    """A container of every value except some; it contains None unless None is excepted."""

    values: frozenset[Any]

    def __contains__(self, value: object) -> bool:
        return value not in self.values


def unless(path: object, *values: Any, words: str = "") -> Condition:
    """Returns the condition that the field at `path` is not one of `values`, or not given.

    `words` are those of `when`.
    """
    text = words or f"{dotted(path)} is not {' or '.join(str(value) for value in values)}"
    return Condition(((Case(root_of(path), dotted(path), Except(frozenset(values))),),), words=text)


@frozen
class Form:
    """A container of the texts that match a pattern; `example` is one of them."""

    pattern: re.Pattern[str]
    example: str

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and self.pattern.fullmatch(value) is not None


def matches(path: object, pattern: str, *, example: str, words: str) -> Condition:
    """Returns the condition that the text at `path` matches a pattern, as `example` does.

    `words` are those of `when`.
    """
    form = Form(re.compile(pattern), example)
    return Condition(((Case(root_of(path), dotted(path), form),),), words)


class _Anything:
    """A container of every value that is given."""

    def __contains__(self, value: object) -> bool:
        return value not in EMPTY


class _Nothing:
    """A container of the empty values."""

    def __contains__(self, value: object) -> bool:
        return value in EMPTY


def lacks(path: object, *, words: str = "") -> Condition:
    """Returns the condition that the field at `path` is not given. `words` are those of `when`."""
    text = words or f"{dotted(path)} is not given"
    return Condition(((Case(root_of(path), dotted(path), _Nothing()),),), text)


def given(path: object, *, words: str = "") -> Condition:
    """Returns the condition that the field at `path` is given. `words` are those of `when`."""
    text = words or f"{dotted(path)} is given"
    return Condition(((Case(root_of(path), dotted(path), _Anything()),),), text)
