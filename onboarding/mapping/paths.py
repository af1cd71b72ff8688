"""Paths into the core, written as attribute access that a type checker understands."""

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

EMPTY = (None, (), frozenset[object]())
"""The empty values: a field that has one of these is not given."""


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

    def __repr__(self) -> str:
        return ".".join((f"core({self._root.__name__})", *self._names))


@per_class
def model_below(cls: type) -> dict[str, type]:
    """Returns the class of each field of `cls`; `object` for a leaf."""
    if not issubclass(cls, Model):
        return {}
    return {name: _model_of(hint) for name, hint in field_types(cls).items()}


def _model_of(hint: Any) -> type:
    """Returns the sub-model of a field; tuples and unions of models are leaves."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
        return _model_of(inner[0]) if len(inner) == 1 else object
    return hint if isinstance(hint, type) and issubclass(hint, Model) else object


def class_at(path: str, root: type = User) -> type:
    """Returns the class of the core at a path below `root`; `root` for the empty path."""
    cls = root
    for name in path.split(".") if path else ():
        cls = model_below(cls)[name]
    return cls


def core(cls: type[T]) -> T:
    """Returns the root of paths into `cls`; a type checker takes it for a value of `cls`."""
    return cast("T", _Path(cls, cls, ()))


def some(value: T | None) -> T:
    """Returns the same path; to a type checker, it is not None."""
    return cast("T", value)


def dotted(path: object) -> str:
    """Returns a recorded path as a text; a text as it is."""
    return path if isinstance(path, str) else ".".join(cast("_Path", path)._names)  # pyright: ignore[reportPrivateUsage]


def root_of(path: object) -> type:
    """Returns the class at which a recorded path starts; for a text, `User`."""
    return User if isinstance(path, str) else cast("_Path", path)._root  # pyright: ignore[reportPrivateUsage]


def extra(provider: str, name: str) -> Any:
    """Returns the path of a field that only one provider has: `extras.<provider>.<name>`."""
    return f"extras.{provider}.{name}"


def lookup(value: object, path: str) -> Any:
    """Returns the field at a path below `value`; None if something on the way is empty.

    A key of a mapping may be a path itself: those of `UserRecord.provider_fields` are wire paths.
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
    """Yields every leaf path below a model, in the order of its fields, without `extras`."""
    for name, below in model_below(cls).items():
        if name == "extras":
            continue
        if below is object:
            yield prefix + name
        else:
            yield from leaves(below, f"{prefix}{name}.")
