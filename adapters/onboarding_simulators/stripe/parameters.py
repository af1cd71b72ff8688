"""The kinds of parameters: each reads its form value, or refuses it as the provider words it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol, cast

from attrs import field, frozen

from .errors import RefusedError, invalid, missing_param, unknown_param
from .forms import Nested, param_of

_WHOLE = re.compile(r"-?[0-9]{1,18}").fullmatch
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,400})?").fullmatch
NAME, VALUE, PAIRS = 40, 500, 50
"""The longest name and value of metadata, and the most pairs."""


class Kind(Protocol):
    """A kind of parameter."""

    def read(self, value: Any, param: str) -> Any:
        """Returns the value in its type; an empty string clears. Raises RefusedError."""
        ...


def _plain(value: Any, param: str) -> str:
    if not isinstance(value, str):
        raise invalid(param, f"Invalid string: {param}")
    return value


def _empty(param: str) -> RefusedError:
    message = f"You passed an empty string for '{param}', which cannot be unset"
    return invalid(param, message, "parameter_invalid_empty")


@frozen
class Text:
    """A string; `needed` refuses an empty one."""

    most: int = 5000
    needed: bool = False

    def read(self, value: Any, param: str) -> str:
        text = _plain(value, param)
        if not text and self.needed:
            raise _empty(param)
        if len(text) > self.most:
            raise invalid(param, f"Invalid string: {param} must be at most {self.most} characters")
        return text


@frozen
class Whole:
    """A whole number from `least` to `most`."""

    least: int = -(10**18)
    most: int = 10**18

    def read(self, value: Any, param: str) -> int:
        text = _plain(value, param)
        if not text:
            raise _empty(param)
        if not _WHOLE(text) or not self.least <= int(text) <= self.most:
            raise invalid(param, f"Invalid integer: {param}", "parameter_invalid_integer")
        return int(text)


@frozen
class Number:
    """A percentage; an empty string clears."""

    def read(self, value: Any, param: str) -> float | str:
        text = _plain(value, param)
        if not text:
            return ""
        if not _NUMBER(text) or not 0 <= float(text) <= 100:
            raise invalid(param, f"Invalid decimal: {param}")
        return float(text)


@frozen
class Flag:
    """True or false."""

    def read(self, value: Any, param: str) -> bool:
        text = _plain(value, param)
        if not text:
            raise _empty(param)
        if text not in ("true", "false"):
            raise invalid(param, f"Invalid boolean: {param}")
        return text == "true"


@frozen
class Words:
    """One word of an enumeration; an empty string is one of them or is refused."""

    words: tuple[str, ...]

    def read(self, value: Any, param: str) -> str:
        text = _plain(value, param)
        if text not in self.words:
            if not text:
                raise _empty(param)
            raise invalid(param, f"Invalid {param}: must be one of {', '.join(self.words)}")
        return text


@frozen
class Shape:
    """An object with known parameters; `clears` allows an empty string in its place."""

    inside: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    clears: bool = False

    def read(self, value: Any, param: str) -> Nested | str:
        if value == "" and self.clears:
            return ""
        if not isinstance(value, dict):
            raise invalid(param, f"Invalid object: {param}")
        return self.fields(cast("Nested", value), param)

    def fields(self, given: Nested, param: str = "") -> Nested:
        """Returns the values by name: unknown names are refused first, then missing ones."""
        for name in given:
            if name not in self.inside:
                raise unknown_param(param_of(param, name))
        for name in self.required:
            if name not in given:
                raise missing_param(param_of(param, name))
        return {
            name: self.inside[name].read(value, param_of(param, name))
            for name, value in given.items()
        }


@frozen
class Many:
    """A list; `clears` allows an empty string in its place."""

    each: Kind
    clears: bool = False

    def read(self, value: Any, param: str) -> list[Any] | str:
        if value == "" and self.clears:
            return ""
        if not isinstance(value, dict):
            raise invalid(param, f"Invalid array: {param}")
        found = cast("Nested", value)
        if not all(name.isascii() and name.isdigit() for name in found):
            raise invalid(param, f"Invalid array: {param}")
        return [self.each.read(item, param_of(param, name)) for name, item in found.items()]


@frozen
class Metadata:
    """Pairs of strings; an empty value removes its key, an empty string all of them."""

    def read(self, value: Any, param: str) -> Nested | str:
        if value == "":
            return ""
        if not isinstance(value, dict):
            raise invalid(param, f"Invalid object: {param}")
        for name, text in cast("Nested", value).items():
            if len(name) > NAME:
                raise invalid(param, f"Metadata keys must be at most {NAME} characters")
            if len(_plain(text, param_of(param, name))) > VALUE:
                raise invalid(param, f"Metadata values must be at most {VALUE} characters")
        return cast("Nested", value)


@frozen
class OneOf:
    """A string or an object, each with its kind."""

    text: Kind
    shape: Kind = field()

    def read(self, value: Any, param: str) -> Any:
        return (self.shape if isinstance(value, dict) else self.text).read(value, param)


def merged(old: Nested, new: Mapping[str, Any]) -> Nested:
    """Returns the stored values after an update: absent means unchanged, an empty string clears."""
    found = dict(old)
    for name, value in new.items():
        if value == "":
            found.pop(name, None)
        elif isinstance(value, dict):
            inner = found.get(name)
            found[name] = merged(
                cast("Nested", inner) if isinstance(inner, dict) else {}, cast("Nested", value)
            )
        else:
            found[name] = value
    return found
