"""Paths into the core, written as attribute access that a type checker understands."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

from onboarding.model.people import Person, PersonRole
from onboarding.model.user import User
from onboarding.values.base import Model, checks_of, field_types, named_in, per_class, step_of

__all__ = [
    "EMPTY",
    "class_at",
    "core",
    "dotted",
    "extra",
    "in_role",
    "kind_at",
    "leaves",
    "lookup",
    "model_below",
    "root_of",
    "some",
    "wire_value",
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


def kind_at(cls: type, name: str) -> type:
    """Returns the class at one step below a class; `object` for a field.

    Raises `KeyError` if the class has no such field.
    """
    field, key = step_of(name)
    if not key:
        return model_below(cls)[name]
    items = checks_of(cls)[field].items
    if items is None:
        raise KeyError(name)
    return items


def class_at(path: str, root: type = User) -> type:
    """Returns the class of the core at a path below `root`; `root` for the empty path."""
    cls = root
    for name in path.split(".") if path else ():
        cls = kind_at(cls, name)
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


def in_role(people: tuple[Person, ...], role: PersonRole) -> Person:
    """Returns the path of the person with a role: `people[representative]`.

    It is the person whose `ref` is the name of the role, else the first one with the role.
    """
    at = cast("_Path", people)
    above, name = at._names[:-1], at._names[-1]  # pyright: ignore[reportPrivateUsage]
    return cast("Person", _Path(at._root, Person, (*above, f"{name}[{role}]")))  # pyright: ignore[reportPrivateUsage]


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
        elif name.endswith("]"):
            field, key = step_of(name)
            value = named_in(getattr(value, field), key)
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


def wire_value(payload: Mapping[str, Any], path: str) -> Any:
    """Returns the value at a wire path; None if something on the way is empty or not an object."""
    value: Any = payload
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(name)
    return value
