"""Plain data into values and back: the slow door, which names every problem by its path."""

from __future__ import annotations

import base64
import binascii
import difflib
import json
import math
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

import attrs
from cattrs import Converter

from onboarding.errors import InvalidInput, Problem
from onboarding.model.base import Model, Shape, defaults_of, field_types, per_class, trust
from onboarding.model.secret import Secret

__all__ = ["dumps", "loads", "nearest", "parse", "plain", "reader"]

T = TypeVar("T")

Reading = Callable[[Any, Any], Any]

_CALENDAR_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


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
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise _fail("type", "expected a finite number")
    return float(value)


def _day(value: Any, _: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _CALENDAR_DAY(value):  # not ISO's 2020-W01-1
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
        named = value
        texts = [_text(name, str) for name in named]
        items = _collect((name, item, Any) for name, item in named.items())(_plain)
        return dict(zip(texts, items, strict=True))
    if isinstance(value, list | tuple):
        sequence = cast("Iterable[Any]", value)
        return _collect((index, item, Any) for index, item in enumerate(sequence))(_plain)
    if isinstance(value, float) and not math.isfinite(value):
        raise _fail("type", "expected a finite number")
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
        # cattrs finds hooks by class first, and would read a StrEnum as a str.
        if isinstance(hint, type) and issubclass(hint, Enum):
            return _word(value, hint)
        return converter.structure(value, hint)

    def attrs_class(value: Any, cls: type) -> Any:
        return _fields(value, cls, read, checked=checked)

    def union(value: Any, hint: Any) -> Any:
        choices = [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
        if value is None:
            return None
        return read(*_chosen(value, choices)) if len(choices) > 1 else read(value, choices[0])

    def mapping(value: Any, hint: Any) -> Any:
        of = (*typing.get_args(hint), Any, Any)[1]
        if not isinstance(value, Mapping):
            raise _fail("type", "expected an object with named fields")
        if of is Any:
            return _plain(value, None)
        named = value
        found = _collect((_text(name, str), item, of) for name, item in named.items())(read)
        return dict(zip(named, found, strict=True))

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

    hook(lambda t: t is Any, _plain)
    hook(lambda t: _origin(t) in (Mapping, dict), mapping)
    hook(lambda t: isinstance(t, type) and attrs.has(t), attrs_class)
    hook(lambda t: _origin(t) in (typing.Union, types.UnionType), union)
    hook(lambda t: _origin(t) is tuple, items)
    hook(lambda t: _origin(t) is typing.Annotated, shaped)
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
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    fields = {field.name: field for field in attrs.fields(cls) if field.init}  # pyright: ignore[reportUnknownVariableType,reportUnknownMemberType]
    for name, hint in field_types(cls).items():
        if name not in fields:
            continue
        if name in data and data[name] is None and not checked:
            values[name] = data.pop(name)
        elif name in data:
            try:
                values[name] = read(data.pop(name), hint)
            except InvalidInput as error:
                problems += [problem.under(name) for problem in error.problems]
        elif name in _required(cls):
            problems.append(Problem(name, "missing", "is required"))
    for name in data:
        hint = nearest(name, fields)
        problems.append(Problem(str(name), "unknown", f"there is no such field{hint}"))
    return _built(cls, values, problems, checked=checked)


@per_class
def _required(cls: type) -> frozenset[str]:
    """The fields without a default."""
    fields = attrs.fields_dict(cls)
    return frozenset(name for name, field in fields.items() if field.default is attrs.NOTHING)


def _built(cls: type, values: dict[str, Any], problems: list[Problem], *, checked: bool) -> Any:
    if issubclass(cls, Model):
        if checked:
            problems += cls.rules({**defaults_of(cls), **values})
        if not problems:
            return cls(**values) if checked else trust(cls, values)
    else:
        problems += _refused_by_validators(cls, values)
        if not problems:
            try:
                return cls(**values)
            except (TypeError, ValueError) as error:
                if isinstance(error, InvalidInput):
                    raise
                raise _fail("shape", "cannot be built from these values") from None
    raise InvalidInput(problems)


def _refused_by_validators(cls: type, values: Mapping[str, Any]) -> Iterator[Problem]:
    """One problem a field whose attrs validator refuses its value; attrs' text would show it."""
    for name, field in attrs.fields_dict(cls).items():
        validator = cast("Any", field.validator)
        if validator is None or values.get(name) is None:
            continue
        try:
            validator(None, field, values[name])
        except (TypeError, ValueError, AttributeError):
            rule = f" ({validator!r})" if repr(validator).startswith("<") else ""
            yield Problem(name, "shape", f"is outside its limits{rule}")


def _kind(cls: type) -> str:
    """`MigratedHash` -> `migrated_hash`: how a member of a union is named in plain data."""
    name = cls.__name__
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _chosen(value: Any, choices: list[type]) -> tuple[Any, type]:
    """The member of a union that plain data means by its `kind`, and the data without it."""
    for choice in choices:
        if isinstance(value, choice):
            return value, choice
    if not isinstance(value, Mapping):
        raise _fail("type", "expected an object with named fields")
    names = {_kind(choice): choice for choice in choices}
    data = dict(cast("Mapping[str, Any]", value))
    word = data.pop("kind", None)
    if not isinstance(word, str) or word not in names:
        raise InvalidInput([Problem("kind", "choice", f"expected one of {', '.join(names)}")])
    return data, names[word]


# -- the way out -----------------------------------------------------------------------------


@cache
def _writer(secrets: bool) -> Converter:
    converter = Converter()

    def attrs_class(value: object) -> dict[str, Any]:
        hints = field_types(type(value))
        required = _required(type(value))
        out: dict[str, Any] = {}
        for name, item in ((name, getattr(value, name)) for name in hints):
            if item is None and name in required:
                out[name] = None  # a provider left it empty
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
