"""A configuration spelled as environment variables."""

from __future__ import annotations

import tomllib
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, cast

from onboarding.errors import Problem
from onboarding.model.base import field_types
from onboarding.model.secret import Secret

__all__ = ["as_toml", "tables_of", "typed"]

_PREFIX = "ONBOARDING__"


def tables_of(env: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The configuration in the environment, and what contradicts itself in it."""
    tables: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in env.items():
        if key.startswith(_PREFIX):
            names = key.removeprefix(_PREFIX).lower().split("__")
            if not _put(tables, names, value):
                path = ".".join(["gateways", *names])
                problems.append(Problem(path, "conflict", "is both a value and a table"))
    config: dict[str, Any] = {"gateways": tables}
    if default := env.get("ONBOARDING_DEFAULT"):
        config["default"] = default
    return config, problems


def _put(table: dict[str, Any], names: list[str], value: str) -> bool:
    """Puts a value at the end of a path of tables; false when something else is there."""
    *parents, last = names
    place: Any = table
    for parent in parents:
        place = place.setdefault(parent, {})
        if isinstance(place, str):
            return False
    return bool(place.setdefault(last, value) is value)


def typed(table: Any, kind: type[Any]) -> Any:
    """A table with the values of other types than text read as TOML."""
    if not isinstance(table, Mapping):
        return table
    hints = field_types(kind)
    return {
        name: as_toml(text) if isinstance(text, str) and _is_not_text(hints.get(name)) else text
        for name, text in cast("Mapping[str, Any]", table).items()
    }


def _is_not_text(hint: Any) -> bool:
    kinds = {arg for arg in (hint, *typing.get_args(hint)) if isinstance(arg, type)}
    textual = any(issubclass(kind, str | Secret | Enum) for kind in kinds)
    return hint is not None and (typing.get_origin(hint) is tuple or not textual)


def as_toml(text: str) -> Any:
    """The value that a text means as TOML; the text itself when it means none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
