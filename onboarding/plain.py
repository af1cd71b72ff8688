"""Plain data into values and back: the slow door, which names every problem by its path."""

from __future__ import annotations

import base64
import binascii
import difflib
import json
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

import attrs
from cattrs import Converter

from onboarding.errors import InvalidInput, Problem
from onboarding.model.base import Model, Shape, defaults_of, field_types, trust
from onboarding.model.secret import Secret

__all__ = ["dumps", "loads", "nearest", "parse", "plain", "reader"]

T = TypeVar("T")

Reading = Callable[[Any, Any], Any]


def _fail(code: str, message: str) -> InvalidInput:
    return InvalidInput([Problem("", code, message)])


def _origin(hint: Any) -> Any:
    return typing.get_origin(hint)


def nearest(word: object, known: Iterable[str]) -> str:
    """A hint at the nearest right spelling, or nothing."""
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


# -- one reading a kind of value -------------------------------------------------------------


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise _fail("type", "expected a text")
    return value


def _truth(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise _fail("type", "expected true or false")
    return value


def _whole(value: Any, _: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _fail("type", "expected a whole number")
    return value


def _number(value: Any, _: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _fail("type", "expected a number")
    return float(value)


def _day(value: Any, _: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _fail("shape", "expected a date as YYYY-MM-DD") from None


def _moment(value: Any, _: Any) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _fail("shape", "expected a date and time in ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bytes(value: Any, _: Any) -> bytes:
    try:
        return value if isinstance(value, bytes) else base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise _fail("shape", "expected base64") from None


def _secret(value: Any, _: Any) -> Secret:
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str) or not value:
        raise _fail("type", "expected a text that is not empty")
    return Secret(value)


def _word(value: Any, kind: type[Enum]) -> Enum:
    words = [str(member.value) for member in kind]
    if isinstance(value, kind):
        return value
    try:
        return kind(value)
    except ValueError:
        raise _fail("choice", f"expected one of {', '.join(words)}") from None


def _plain(value: Any, _: Any) -> Any:
    """Any JSON, copied so that nobody else holds it."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, Any]", value).items()
        return {_text(key, str): _plain(item, None) for key, item in pairs}
    if isinstance(value, list | tuple):
        return [_plain(item, None) for item in cast("Iterable[Any]", value)]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise _fail("type", "expected plain data")


# -- a converter a door ----------------------------------------------------------------------


def reader(*, clean: bool = False, checked: bool = True, secret: Reading = _secret) -> Converter:
    """A converter that reads plain data and raises `InvalidInput` with every problem by path.

    `checked` holds texts to their shapes; `clean` also asks the libraries that know more;
    `secret` reads a secret.
    """
    converter = Converter(detailed_validation=False)
    hook = converter.register_structure_hook_func

    def read(value: Any, hint: Any) -> Any:
        return converter.structure(value, hint)

    def attrs_class(value: Any, cls: type) -> Any:
        return _fields(value, cls, read, checked=checked)

    def union(value: Any, hint: Any) -> Any:
        choices = [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
        if value is None:
            return None
        return read(value, _chosen(value, choices) if len(choices) > 1 else choices[0])

    def items(value: Any, hint: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise _fail("type", "expected a list")
        of = typing.get_args(hint)[0]
        sequence = list(cast("Iterable[Any]", value))
        return tuple(_collect((index, item, of) for index, item in enumerate(sequence))(read))

    def shaped(value: Any, hint: Any) -> Any:
        kind, *notes = typing.get_args(hint)
        text = read(value, kind)
        shape = next((note for note in notes if isinstance(note, Shape)), None)
        return _shaped(text, shape, clean=clean) if shape and checked else text

    hook(lambda t: t is Any or _origin(t) in (Mapping, dict), _plain)
    hook(lambda t: isinstance(t, type) and attrs.has(t), attrs_class)
    hook(lambda t: _origin(t) in (typing.Union, types.UnionType), union)
    hook(lambda t: _origin(t) is tuple, items)
    hook(lambda t: _origin(t) is typing.Annotated, shaped)
    hook(lambda t: isinstance(t, type) and issubclass(t, Enum), _word)
    for kind, reading in _LEAVES.items():
        converter.register_structure_hook(kind, reading)
    converter.register_structure_hook(Secret, secret)
    return converter


_LEAVES: dict[type, Reading] = {
    str: _text,
    bool: _truth,
    int: _whole,
    float: _number,
    date: _day,
    datetime: _moment,
    bytes: _bytes,
}


def _shaped(text: Any, shape: Shape, *, clean: bool) -> Any:
    try:
        cleaned = shape.clean(text) if clean and shape.clean else text
    except ValueError:
        cleaned = ""
    if not cleaned or not shape.rule(cleaned):
        raise _fail("shape", f"expected {shape.expected}")
    return cleaned


def _collect(
    entries: Iterable[tuple[str | int, Any, Any]],
) -> Callable[[Callable[[Any, Any], Any]], list[Any]]:
    """Reads entries one by one and gathers the problems of all."""

    def run(read: Callable[[Any, Any], Any]) -> list[Any]:
        problems: list[Problem] = []
        found: list[Any] = []
        for name, value, hint in entries:
            try:
                found.append(read(value, hint))
            except InvalidInput as error:
                problems += [problem.under(name) for problem in error.problems]
        if problems:
            raise InvalidInput(problems)
        return found

    return run


def _fields(value: Any, cls: type, read: Callable[[Any, Any], Any], *, checked: bool) -> Any:
    if isinstance(value, cls):
        return value
    if not isinstance(value, Mapping):
        raise _fail("type", "expected an object with named fields")
    data = dict(cast("Mapping[str, Any]", value))
    data.pop("kind", None) if "kind" not in field_types(cls) else None
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    fields = {field.name: field for field in attrs.fields(cls) if field.init}  # pyright: ignore[reportUnknownVariableType,reportUnknownMemberType]
    for name, hint in field_types(cls).items():
        if name not in fields:
            continue
        if name in data:
            try:
                values[name] = read(data.pop(name), hint)
            except InvalidInput as error:
                problems += [problem.under(name) for problem in error.problems]
        elif fields[name].default is attrs.NOTHING:
            problems.append(Problem(name, "missing", "is required"))
    for name in data:
        hint = nearest(name, fields)
        problems.append(Problem(str(name), "unknown", f"there is no such field{hint}"))
    return _built(cls, values, problems, checked=checked)


def _built(cls: type, values: dict[str, Any], problems: list[Problem], *, checked: bool) -> Any:
    if issubclass(cls, Model):
        if checked:
            problems += cls.rules({**defaults_of(cls), **values})
        if not problems:
            return cls(**values) if checked else trust(cls, values)
    elif not problems:
        try:
            return cls(**values)
        except (TypeError, ValueError) as error:
            if isinstance(error, InvalidInput):
                raise
            raise _fail("shape", "cannot be built from these values") from None
    raise InvalidInput(problems)


def _kind(cls: type) -> str:
    """`MigratedHash` -> `migrated_hash`: how a member of a union is named in plain data."""
    name = cls.__name__
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _chosen(value: Any, choices: list[type]) -> type:
    """The member of a union that plain data means, by its `kind`."""
    for choice in choices:
        if isinstance(value, choice):
            return choice
    if not isinstance(value, Mapping):
        raise _fail("type", "expected an object with named fields")
    names = {_kind(choice): choice for choice in choices}
    word = cast("Mapping[str, Any]", value).get("kind")
    if word not in names:
        raise InvalidInput([Problem("kind", "choice", f"expected one of {', '.join(names)}")])
    return names[word]


# -- the way out -----------------------------------------------------------------------------


@cache
def _writer(secrets: bool) -> Converter:
    converter = Converter()

    def attrs_class(value: object) -> dict[str, Any]:
        hints = field_types(type(value))
        out: dict[str, Any] = {}
        for name, item in ((name, getattr(value, name)) for name in hints):
            if item is None or item == () or item == {}:
                continue
            out[name] = converter.unstructure(item)
            if isinstance(item, Model) and _is_choice(hints[name]):
                out[name] = {"kind": _kind(type(item)), **out[name]}
        return out

    def reveal(value: Secret) -> str:
        if not secrets:
            raise ValueError("this holds credentials: say secrets=True, or take them out first")
        return value.reveal()

    def moment(value: datetime) -> str:
        return value.isoformat()

    converter.register_unstructure_hook_func(lambda t: attrs.has(t), attrs_class)
    converter.register_unstructure_hook(tuple, lambda v: [converter.unstructure(i) for i in v])
    converter.register_unstructure_hook(date, lambda value: value.isoformat())
    converter.register_unstructure_hook(datetime, moment)
    converter.register_unstructure_hook(bytes, lambda v: base64.b64encode(v).decode("ascii"))
    converter.register_unstructure_hook(Secret, reveal)
    return converter


def _is_choice(hint: Any) -> bool:
    return len([arg for arg in typing.get_args(hint) if arg is not types.NoneType]) > 1


def plain(value: Any, *, secrets: bool = False) -> Any:
    """Plain data of a value: dicts, lists, texts. What is empty is left out.

    Raises `ValueError` when it holds secrets and `secrets` is false.
    """
    return _writer(secrets).unstructure(value)


# -- the doors by name -----------------------------------------------------------------------


@cache
def _door(name: str) -> Converter:
    return reader(clean=True) if name == "person" else reader(checked=False)


def parse(data: Any, cls: type[T]) -> T:
    """Reads what a person or a program of theirs gave: every rule on, every problem by path."""
    return _door("person").structure(data, cls)


def dumps(value: Any, form: str, *, secrets: bool) -> str:
    """The versioned JSON form of a value."""
    return json.dumps({"form": form, **plain(value, secrets=secrets)}, ensure_ascii=False)


def loads(text: str | bytes, cls: type[T], form: str) -> T:
    """Reads a versioned JSON form back; texts are taken as they are."""
    try:
        data: Any = json.loads(text)
    except ValueError:
        raise _fail("shape", "expected JSON") from None
    if not isinstance(data, dict):
        raise _fail("type", "expected an object with named fields")
    fields = cast("dict[str, Any]", data)
    if fields.pop("form", None) != form:
        raise InvalidInput([Problem("form", "choice", f"expected {form}")])
    return _door("store").structure(fields, cls)
