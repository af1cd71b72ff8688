"""Turns the cells of a row, by core path, into the plain data that `User.parse` reads.

The columns of a person have its `ref` in the heading: `people.ada.identity.given_name`.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any

from onboarding.mapping.paths import model_below
from onboarding.model.people import Person, PersonRole
from onboarding.model.user import User
from onboarding.serialization.leaves import without_blanks
from onboarding.values.base import KEYS, Model, field_types

__all__ = ["REF", "cell_kinds", "cell_of", "is_column", "unflattened"]

REF = "ref"

_BOOLEANS = {"true": True, "false": False}

_VERBATIM = frozenset(f"credentials.{name}" for name in ("password", "hash", "salt", "username"))


def is_column(path: str) -> bool:
    """Returns whether a cell can hold the field at a path."""
    return path == REF or _is_extra(path) or kind_of_cell(path) is not None


def cell_of(path: str, cell: str) -> str:
    """Returns the text of a cell, stripped where `User.parse` strips it too.

    Credentials and the extras of a provider are kept unchanged.
    """
    text = without_blanks(cell)
    return cell if text and _is_verbatim(path) else text


@cache
def _is_verbatim(path: str) -> bool:
    return path.startswith("extras.") or path in _VERBATIM


def unflattened(cells: Mapping[str, str]) -> dict[str, Any]:
    """Returns nested plain data from texts by path; `ref` is at the top level."""
    data: dict[str, Any] = {}
    for path, text in cells.items():
        *parents, last = path.split(".", 2) if _is_extra(path) else path.split(".")
        place = data
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = _typed(text, kind_of_cell(path) or str)
    return data


def _is_extra(column: str) -> bool:
    return column.startswith("extras.") and len(column.split(".", 2)) == 3


def _typed(cell: str, kind: type) -> Any:
    if kind is bool:
        return _BOOLEANS.get(cell.lower(), cell)  # `User.parse` rejects any other word
    if kind is float:
        return _number(cell)
    if kind is tuple:
        return [without_blanks(word) for word in cell.replace(";", " ").split()]
    return cell


def _number(cell: str) -> Any:
    """Returns the number in a cell; `User.parse` rejects any other text."""
    try:
        return float(cell)
    except ValueError:
        return cell


@cache
def cell_kinds() -> Mapping[str, type]:
    """Returns the type of each core path that fits a cell, with people under their roles' names.

    It is `str`, `bool`, `float`, or `tuple` for a list.
    """
    people = {
        f"people.{role}.{path}": kind for role in PersonRole for path, kind in _of_person().items()
    }
    return {**dict(_leaves(User, "")), **people}


@cache
def _of_person() -> Mapping[str, type]:
    return {path: kind for path, kind in _leaves(Person, "") if path != REF}


def kind_of_cell(path: str) -> type | None:
    """Returns the type of a core path that fits a cell; None if there is no such path."""
    found = cell_kinds().get(path)
    head, *rest = path.split(".", 2)
    if found is None and head == "people" and len(rest) == 2 and KEYS.fullmatch(rest[0]):
        return _of_person().get(rest[1])
    return found


def _leaves(cls: type, prefix: str) -> Iterator[tuple[str, type]]:
    below = model_below(cls)
    for name, hint in field_types(cls).items():
        if name == "extras":
            continue
        path = prefix + name
        if below[name] is not object:
            yield from _leaves(below[name], f"{path}.")
            continue
        choices = [kind for kind in _parts(hint) if isinstance(kind, type)]
        members = [kind for kind in choices if issubclass(kind, Model)]
        if typing.get_origin(hint) in (tuple, frozenset):
            if str in choices or any(issubclass(kind, Enum) for kind in choices):
                yield path, tuple
        elif members:
            yield f"{path}.kind", str
            for member in members:
                yield from _leaves(member, f"{path}.")
        else:
            yield path, next((kind for kind in (bool, float) if kind in choices), str)


def _parts(hint: Any) -> Iterator[Any]:
    """Yields the classes in an annotation."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType, tuple, frozenset):
        for part in typing.get_args(hint):
            yield from _parts(part)
    elif typing.get_origin(hint) is typing.Annotated:
        yield from _parts(typing.get_args(hint)[0])
    else:
        yield hint
