"""Paths into the core, written as attribute access and known to the type checker."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

from onboarding.model.user import User
from onboarding.values.base import Model, field_types, per_class

__all__ = [
    "EMPTY",
    "class_at",
    "core",
    "dotted",
    "extra",
    "leaves",
    "lookup",
    "model_below",
    "root_of",
    "some",
]

T = TypeVar("T")

EMPTY = (None, ())
"""What says nothing: a field that has one of these is not given."""


class _Path:
    """Records attribute access: `core(User).identity.birthdate` is `identity.birthdate`."""

    __slots__ = ("_cls", "_names", "_root")

    def __init__(self, root: type, cls: type, names: tuple[str, ...]) -> None:
        self._root = root
        self._cls = cls
        self._names = names

    def __getattr__(self, name: str) -> _Path:
        below = model_below(self._cls)
        if name not in below:
            raise AttributeError(f"{self._cls.__name__} has no field {name}")
        return _Path(self._root, below[name], (*self._names, name))


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
    return cast("T", _Path(cls, cls, ()))


def some(value: T | None) -> T:
    """The same path, told to the type checker as not None."""
    return cast("T", value)


def dotted(path: object) -> str:
    """The text of a recorded path; a text passes through."""
    return path if isinstance(path, str) else ".".join(cast("_Path", path)._names)  # pyright: ignore[reportPrivateUsage]


def root_of(path: object) -> type:
    """The class that a recorded path starts from; a text starts from the user."""
    return User if isinstance(path, str) else cast("_Path", path)._root  # pyright: ignore[reportPrivateUsage]


def extra(provider: str, name: str) -> Any:
    """The path of a field that one provider alone knows."""
    return f"extras.{provider}.{name}"


def lookup(value: object, path: str) -> Any:
    """The field at a path below `value`; None when something on the way is empty.

    A mapping may have a path as one key: those of `UserRecord.native` are wire paths.
    """
    names = path.split(".")
    for place, name in enumerate(names):
        if value is None:
            return None
        if isinstance(value, Mapping):
            found = cast("Mapping[str, Any]", value)
            whole = ".".join(names[place:])
            if whole in found:
                return found[whole]
            value = found.get(name)
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
