"""Reads the JSON arguments of an action and checks them against the action's type hints."""

from __future__ import annotations

import inspect
import json
import math
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

__all__ = ["check_arguments", "name_of", "read_object"]

_LEAST, _MOST = -(2**63), 2**63 - 1  # the range of SQLite's integers
_DEEPEST = 20
_LONGEST = 100_000

_NAMES = {
    str: f"a string of up to {_LONGEST} characters",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "an object",
    list: "a list",
    types.NoneType: "null",
}


def read_object(text: bytes) -> dict[str, Any]:
    """Returns a JSON object. Raises ValueError for anything that the simulators cannot store."""
    try:
        parsed: object = json.loads(
            text, parse_int=_whole, parse_constant=_no_number, object_pairs_hook=_once
        )
    except UnicodeDecodeError:
        raise ValueError("the body must be in UTF-8") from None
    except RecursionError:
        raise ValueError(f"the body is nested more than {_DEEPEST} levels deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"the body must be JSON: {error.msg} at {error.pos}") from None
    if not isinstance(parsed, dict):
        raise ValueError("the body must be a JSON object")
    for value, depth in _within(cast("object", parsed)):
        if depth > _DEEPEST:
            raise ValueError(f"the body is nested more than {_DEEPEST} levels deep")
        if isinstance(value, str) and not _can_be_encoded(value):
            raise ValueError("a string contains a lone surrogate")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("a number is not finite")
    return cast("dict[str, Any]", parsed)


def check_arguments(action: Callable[..., object], given: Mapping[str, object]) -> None:
    """Raises ValueError, which names every unknown, missing or mistyped argument."""
    hints = typing.get_type_hints(action)
    takes = inspect.signature(action).parameters
    found = [f"{name_of(name)}: there is no such field" for name in given if name not in takes]
    for name, parameter in takes.items():
        if name in given:
            wrong = _wrong(given[name], hints[name], name)
            found += [f"{path}: expected {text}" for path, text in wrong]
        elif parameter.default is inspect.Parameter.empty:
            found.append(f"{name}: is required")
    if found:
        raise ValueError("; ".join(found))


def _wrong(value: object, hint: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yields the path of each value that does not have its type, with the type that is expected."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        yield from _unlike_each(value, inner, path)
    elif origin is typing.Literal:
        if value not in inner:
            yield path, f"one of {', '.join(map(str, inner))}"
    elif origin is None:
        if not _is(value, hint):
            yield path, _NAMES[hint]
    elif issubclass(origin, Mapping):
        if isinstance(value, dict):
            for name, item in cast("dict[str, object]", value).items():
                yield from _wrong(item, inner[1], f"{path}.{name_of(name)}")
        else:
            yield path, _NAMES[dict]
    elif not isinstance(value, list):
        yield path, _NAMES[list]
    else:
        items = cast("list[object]", value)
        is_fixed = origin is tuple and inner[-1] is not Ellipsis
        if is_fixed and len(items) != len(inner):
            yield path, f"a list of {len(inner)}"
            return
        kinds = inner if is_fixed else inner[:1] * len(items)
        for index, (item, kind) in enumerate(zip(items, kinds, strict=True)):
            yield from _wrong(item, kind, f"{path}.{index}")


def _unlike_each(value: object, options: tuple[Any, ...], path: str) -> Iterator[tuple[str, str]]:
    """Yields the errors of the option of a union that fails at the deepest path."""
    each = [list(_wrong(value, option, path)) for option in options]
    if all(each):
        nearest = max(each, key=lambda found: len(found[0][0]))
        if nearest[0][0] != path:
            yield from nearest
        else:
            yield path, " or ".join(found[0][1] for found in each)


def _is(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if isinstance(value, str):
        return kind is str and len(value) <= _LONGEST
    return isinstance(value, int | float if kind is float else kind)


def _within(value: object, depth: int = 1) -> Iterator[tuple[object, int]]:
    """Yields every key and value inside a value, with its depth."""
    left = [(value, depth)]
    while left:
        one, deep = left.pop()
        yield one, deep
        if isinstance(one, dict):
            items = cast("dict[str, object]", one)
            left += [(each, deep + 1) for pair in items.items() for each in pair]
        elif isinstance(one, list):
            left += [(each, deep + 1) for each in cast("list[object]", one)]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice in one object")
    return found


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) <= len(str(_LEAST)) else _MOST + 1
    if not _LEAST <= number <= _MOST:
        raise ValueError("a whole number has more than 64 bits")
    return number


def _no_number(_: str) -> object:
    raise ValueError("a number is not finite")


def _can_be_encoded(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def name_of(name: str) -> str:
    """Returns a name that came from outside, or a placeholder if it is not safe to print."""
    return name if name.isascii() and name.isprintable() and len(name) <= 60 else "(a name)"
