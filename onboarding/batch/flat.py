"""Core paths as columns: a row of cells into the plain data that `User.parse` reads."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from onboarding.errors import InvalidInput, Problem
from onboarding.mapping.paths import model_below
from onboarding.model.base import Model, field_types
from onboarding.model.user import User
from onboarding.plain import nearest

__all__ = ["REF", "check_header", "unflattened"]

REF = "ref"

_TRUTHS = {"true": True, "false": False}


def check_header(header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a header, each a core path or `ref`.

    Raises `InvalidInput` by column; the text of a bad header is not shown, for a file without
    a header has values there.
    """
    columns = tuple(cell.strip() for cell in header)
    problems: list[Problem] = []
    for index, column in enumerate(columns):
        at = f"column {index + 1}"
        if column in columns[:index]:
            problems.append(Problem(at, "conflict", f"is a second {column}"))
        elif column != REF and not _is_extra(column) and column not in _kinds():
            hint = nearest(column, _kinds())
            text = f"the header names no core path that a cell can hold{hint}"
            problems.append(Problem(at, "unknown", text))
    if problems:
        raise InvalidInput(problems)
    return columns


def unflattened(columns: Iterable[str], cells: Iterable[str]) -> dict[str, Any]:
    """Plain data of a row. An empty cell is an absent datum; `ref` stays beside the user."""
    data: dict[str, Any] = {}
    for column, cell in zip(columns, map(str.strip, cells), strict=True):
        if not cell:
            continue
        *parents, last = column.split(".", 2) if _is_extra(column) else column.split(".")
        place = data
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = _typed(cell, _kinds().get(column, str))
    return data


def _is_extra(column: str) -> bool:
    return column.startswith("extras.") and len(column.split(".", 2)) == 3


def _typed(cell: str, kind: type) -> Any:
    if kind is bool:
        return _TRUTHS.get(cell.lower(), cell)  # what is neither, `User.parse` refuses
    if kind is tuple:
        return cell.replace(";", " ").split()
    return cell


@cache
def _kinds() -> Mapping[str, type]:
    """What each core path that fits a cell holds: a text, a truth, or a list of words."""
    return dict(_leaves(User, ""))


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
        if typing.get_origin(hint) is tuple:
            if str in choices:
                yield path, tuple
        elif members:
            yield f"{path}.kind", str
            for member in members:
                yield from _leaves(member, f"{path}.")
        else:
            yield path, bool if bool in choices else str


def _parts(hint: Any) -> Iterator[Any]:
    """The classes that an annotation is made of."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType, tuple):
        for part in typing.get_args(hint):
            yield from _parts(part)
    elif typing.get_origin(hint) is typing.Annotated:
        yield from _parts(typing.get_args(hint)[0])
    else:
        yield hint
