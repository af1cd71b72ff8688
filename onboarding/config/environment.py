"""A configuration spelled as environment variables."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import Enum
from typing import Any, cast

from onboarding.errors import Problem
from onboarding.values.base import Check, checks_of
from onboarding.values.secret import Secret

__all__ = ["as_toml", "tables_of", "typed"]

_PREFIX = "ONBOARDING__"


def tables_of(env: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The configuration in the environment, and what contradicts itself in it."""
    tables: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in env.items():
        if key.startswith(_PREFIX):
            names = key.removeprefix(_PREFIX).lower().split("__")
            problem = _put(tables, names, value)
            if problem is not None:
                problems.append(problem.under("gateways"))
    config: dict[str, Any] = {"gateways": tables}
    if default := env.get("ONBOARDING_DEFAULT"):
        config["default"] = default
    return config, problems


def _put(table: dict[str, Any], names: list[str], value: str) -> Problem | None:
    """Puts a value at the end of a path of tables, unless something else is there."""
    *parents, last = names
    place: Any = table
    problem = None
    for depth, parent in enumerate(parents, 1):
        if isinstance(place.get(parent), str):
            problem = _conflict(names[:depth], "is both a value and a table")
            place[parent] = {}  # what stands in the table may have mistakes of its own
        place = place.setdefault(parent, {})
    if last not in place:
        place[last] = value
    elif isinstance(place[last], str):
        problem = _conflict(names, "is given twice, for names are taken in lower case")
    else:
        problem = _conflict(names, "is both a value and a table")
    return problem


def _conflict(names: list[str], message: str) -> Problem:
    return Problem(".".join(names), "conflict", message)


def typed(table: Any, kind: type[Any]) -> Any:
    """A table with the values of other types than text read as TOML."""
    if not isinstance(table, Mapping):
        return table
    checks = checks_of(kind)
    return {
        name: as_toml(text) if isinstance(text, str) and _is_not_text(checks.get(name)) else text
        for name, text in cast("Mapping[str, Any]", table).items()
    }


def _is_not_text(check: Check | None) -> bool:
    if check is None:
        return False
    return check.many or not any(issubclass(kind, str | Secret | Enum) for kind in check.kind)


def as_toml(text: str) -> Any:
    """The value that a text means as TOML; the text itself when it means none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text
