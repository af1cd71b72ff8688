"""Paths into the core, written as attribute access and known to the type checker."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

from attrs import frozen

from onboarding.model.base import Model, field_types, per_class
from onboarding.model.user import User

__all__ = [
    "EMPTY",
    "Condition",
    "class_at",
    "core",
    "dotted",
    "either",
    "extra",
    "leaves",
    "lookup",
    "some",
    "when",
]

T = TypeVar("T")

EMPTY = (None, ())
"""What says nothing: a datum that has one of these is not given."""


class _Path:
    """Records attribute access: `core(User).identity.birthdate` is `identity.birthdate`."""

    __slots__ = ("_cls", "_names")

    def __init__(self, cls: type, names: tuple[str, ...]) -> None:
        self._cls = cls
        self._names = names

    def __getattr__(self, name: str) -> _Path:
        below = model_below(self._cls)
        if name not in below:
            raise AttributeError(f"{self._cls.__name__} has no field {name}")
        return _Path(below[name], (*self._names, name))


@per_class
def model_below(cls: type) -> dict[str, type]:
    """The class that each field of `cls` holds; `object` where it is a leaf."""
    if not issubclass(cls, Model):
        return {}
    return {name: _model_of(hint) for name, hint in field_types(cls).items()}


def _model_of(hint: Any) -> type:
    """The one sub-model a field may hold; tuples and unions of models are leaves."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
        return _model_of(inner[0]) if len(inner) == 1 else object
    return hint if isinstance(hint, type) and issubclass(hint, Model) else object


def class_at(path: str) -> type:
    """The class of the core that a path below the user leads to; the empty path is the user's."""
    cls: type = User
    for name in path.split(".") if path else ():
        cls = model_below(cls)[name]
    return cls


def core(cls: type[T]) -> T:
    """The root of paths into `cls`. Statically a value of it; at run time a recorder."""
    return cast("T", _Path(cls, ()))


def some(value: T | None) -> T:
    """The same path, told to the type checker as not None."""
    return cast("T", value)


def dotted(path: object) -> str:
    """The text of a recorded path; a text passes through."""
    return path if isinstance(path, str) else ".".join(cast("_Path", path)._names)  # pyright: ignore[reportPrivateUsage]


def extra(provider: str, name: str) -> Any:
    """The path of a datum that one provider alone knows."""
    return f"extras.{provider}.{name}"


@frozen
class Condition:
    """Holds when the datum at one of its paths has one of the values named with it."""

    cases: tuple[tuple[str, frozenset[Any]], ...] = ()
    always: bool = False
    words: str = ""

    def holds(self, value: object) -> bool:
        return self.always or any(lookup(value, path) in known for path, known in self.cases)


def when(path: object, *values: Any, words: str = "") -> Condition:
    """The condition that the datum at `path` is one of `values`."""
    text = words or f"{dotted(path)} is {' or '.join(str(value) for value in values)}"
    return Condition(((dotted(path), frozenset(values)),), words=text)


def either(*conditions: Condition) -> Condition:
    """Holds when one of the conditions does."""
    cases = tuple(case for condition in conditions for case in condition.cases)
    return Condition(cases, words=" or ".join(condition.words for condition in conditions))


def lookup(value: object, path: str) -> Any:
    """The datum at a path below `value`; None when something on the way is empty."""
    for name in path.split("."):
        if value is None:
            return None
        if isinstance(value, Mapping):
            value = cast("Mapping[str, Any]", value).get(name)
        else:
            value = getattr(value, name)
    return value


def leaves(cls: type, prefix: str = "") -> Iterator[str]:
    """Every leaf path below a model, in the order of its fields; `extras` is not one."""
    for name, below in model_below(cls).items():
        if name == "extras":
            continue
        if below is object:
            yield prefix + name
        else:
            yield from leaves(below, f"{prefix}{name}.")
