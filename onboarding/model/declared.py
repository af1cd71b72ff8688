"""Paths that a user declares absent: whether they exist, and whether they have a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding.values.base import Model, checks_of, named_in, step_of

__all__ = ["gives", "is_given", "is_path"]


def is_path(cls: type, path: str) -> bool:
    """Whether it is the path of a field, or of an object, below a class."""
    around: type | None = cls
    for name in path.split("."):
        field, key = step_of(name)
        check = checks_of(around).get(field) if around is not None else None
        if check is None or (key and check.items is None):
            return False
        around = check.items if key else check.model
    return True


def is_given(values: Mapping[str, Any], path: str) -> bool:
    """Whether the fields of a user have a value at a path, or below it."""
    head, *names = path.split(".")
    field, key = step_of(head)
    value = values.get(field)
    if key:
        value = named_in(value or (), key)
    for name in names:
        value = getattr(value, name, None)
    return _has_value(value)


def gives(changes: Mapping[str, object], path: str) -> bool:
    """Whether changes by path give a value at a path, above it or below it."""
    return any(
        _has_value(value)
        if changed == path or changed.startswith(f"{path}.")
        else (path.startswith(f"{changed}.") and is_given({"": value}, path.removeprefix(changed)))
        or (path.startswith(f"{changed}[") and is_given({changed: value}, path))
        for changed, value in changes.items()
    )


def _has_value(value: object) -> bool:
    if isinstance(value, Model):
        return any(map(_has_value, vars(value).values()))
    return value not in (None, ())
