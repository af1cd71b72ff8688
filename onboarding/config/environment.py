"""A configuration in environment variables."""

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
    """Returns the configuration in the environment, and the problems of conflicting variables."""
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
    if routes := env.get("ONBOARDING_ROUTES"):
        config["routes"] = as_toml(routes)
    return config, problems


def _put(table: dict[str, Any], names: list[str], value: str) -> Problem | None:
    """Puts a value at a path of tables; returns a problem if the path is already taken."""
    *parents, last = names
    place: Any = table
    problem = None
    for depth, parent in enumerate(parents, 1):
        if isinstance(place.get(parent), str):
            problem = _conflict(names[:depth], "is both a value and a table")
            place[parent] = {}  # the table may have other mistakes
        place = place.setdefault(parent, {})
    if last not in place:
        place[last] = value
    elif isinstance(place[last], str):
        problem = _conflict(names, "is given twice: names are case-insensitive")
    else:
        problem = _conflict(names, "is both a value and a table")
    return problem


def _conflict(names: list[str], message: str) -> Problem:
    return Problem(".".join(names), "conflict", message)


def typed(table: Any, kind: type[Any]) -> Any:
    """Returns a table; values of other types than text are parsed as TOML."""
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
    """Returns the value of a text as TOML; the text itself if it is not TOML."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text
