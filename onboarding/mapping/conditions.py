"""Conditions: when a provider demands a field, hides it, refuses it.

They are joined by `|` and `&`.

A condition speaks of the class that its paths start from. A path of `core(User)` is about the
user; a path of another class is about the nearest object of that class around the row.
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

    def settled(self, around: str) -> Case:
        """The same test with its path from the user, for a row inside the object at `around`."""
        place = around
        while self.of is not User and class_at(place) is not self.of:
            if not place:
                raise ValueError(f"no {self.of.__name__} lies around {around or 'the user'}")
            place = place.rpartition(".")[0]
        above = "" if self.of is User or not place else f"{place}."
        return evolve(self, of=User, path=above + self.path)


@frozen
class Condition:
    """Holds when all the cases of one of its groups do."""

    groups: tuple[tuple[Case, ...], ...] = ()
    """Holds if every case of one group holds."""
    words: str = ""
    """The condition in words. Example: `category is OWNER`."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of all groups."""
        return tuple(case for group in self.groups for case in group)

    def holds(self, value: object) -> bool:
        return any(all(case.holds(value) for case in group) for group in self.groups)

    def __or__(self, other: Condition) -> Condition:
        return Condition((*self.groups, *other.groups), f"{self.words} or {other.words}")

    def __and__(self, other: Condition) -> Condition:
        pairs = product(self.groups, other.groups)
        groups = tuple((*mine, *theirs) for mine, theirs in pairs)
        return Condition(groups, f"{self.words} and {other.words}")

    def settled(self, around: str) -> Condition:
        """The same condition with its paths from the user."""
        groups = tuple(tuple(case.settled(around) for case in group) for group in self.groups)
        return evolve(self, groups=groups)


ALWAYS = Condition(((),), words="always")
"""The condition that always holds."""


def listed(values: Container[Any]) -> list[Any]:
    """The values of a set in a steady order, the example of a form; else none."""
    if isinstance(values, Form):
        return [values.example]
    if not isinstance(values, frozenset):
        return []
    return sorted(values, key=str)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]


def when(path: object, *values: Any, words: str = "") -> Condition:
    """The condition that the field at `path` is one of `values`."""
    text = words or f"{dotted(path)} is {' or '.join(str(value) for value in values)}"
    return Condition(((Case(root_of(path), dotted(path), frozenset(values)),),), words=text)


@frozen
class Except:
    """Every value but a few, as a container; no value is among them too."""

    values: frozenset[Any]

    def __contains__(self, value: object) -> bool:
        return value not in self.values


def unless(path: object, *values: Any, words: str = "") -> Condition:
    """The condition that the field at `path` is none of `values`; it holds without a value."""
    text = words or f"{dotted(path)} is not {' or '.join(str(value) for value in values)}"
    return Condition(((Case(root_of(path), dotted(path), Except(frozenset(values))),),), words=text)


@frozen
class Form:
    """The texts of a form, as a container; `example` is one of them."""

    pattern: re.Pattern[str]
    example: str

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and self.pattern.fullmatch(value) is not None


def matches(path: object, pattern: str, *, example: str, words: str) -> Condition:
    """The condition that the text at `path` has a form, as `example` has."""
    form = Form(re.compile(pattern), example)
    return Condition(((Case(root_of(path), dotted(path), form),),), words)


class _Anything:
    """Every field that is given, as a container."""

    def __contains__(self, value: object) -> bool:
        return value not in EMPTY


class _Nothing:
    """Every field that is not given, as a container."""

    def __contains__(self, value: object) -> bool:
        return value in EMPTY


def lacks(path: object, *, words: str = "") -> Condition:
    """The condition that there is no field at `path`."""
    text = words or f"{dotted(path)} is not given"
    return Condition(((Case(root_of(path), dotted(path), _Nothing()),),), text)


def given(path: object, *, words: str = "") -> Condition:
    """The condition that there is a field at `path`."""
    text = words or f"{dotted(path)} is given"
    return Condition(((Case(root_of(path), dotted(path), _Anything()),),), text)
