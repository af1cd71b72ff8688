"""Reads attrs classes from plain data, with every problem of the tree by path."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import attrs

from onboarding.errors import InvalidInput, Problem
from onboarding.serialization.aliases import meant
from onboarding.serialization.json_text import DEEPEST_TEXT
from onboarding.serialization.leaves import (
    LEAVES,
    Reading,
    fail,
    read_secret,
    read_shaped,
    read_text,
    read_word,
    without_blanks,
)
from onboarding.values.base import (
    Model,
    Shape,
    defaults_of,
    field_types,
    labelled,
    required_of,
    trust,
)
from onboarding.values.json_values import GIVEN, faults, named
from onboarding.values.secret import Secret

if TYPE_CHECKING:
    from cattrs import Converter

_MOST_LISTED = 20  # unknown names, each compared with all fields
_LONGEST_WORD = 64

__all__ = ["choices_of", "kind_of", "nearest", "reader"]


def _origin(hint: Any) -> Any:
    return typing.get_origin(hint)


def _has_refs(hint: Any) -> bool:
    """Whether items are named by `ref` in paths."""
    return isinstance(hint, type) and issubclass(hint, Model) and "ref" in field_types(hint)


def _is_word(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Enum)


def nearest(word: object, known: Iterable[str]) -> str:
    """Returns a hint at the meaning of a word, else at the closest known word, or `""`."""
    text, names = str(word), tuple(known)
    if len(text) > _LONGEST_WORD:
        return ""
    found = meant(text, names)
    if found is None:
        import difflib  # for errors only

        found = next(iter(difflib.get_close_matches(text, names, n=1)), "")
    return f"; did you mean {found}?" if found else ""


def reader(
    *, clean: bool = False, checked: bool = True, secret: Reading = read_secret
) -> Converter:
    """Returns a converter that reads plain data, or raises `InvalidInput` with every problem.

    `checked` checks shapes and rules. `clean` normalises a person's input: it strips blanks at the
    ends of a text, except of secrets, and calls `Shape.clean`. `secret` reads secrets.
    """
    from cattrs import Converter  # slow to import

    converter = Converter(detailed_validation=False)
    hook = converter.register_structure_hook_func

    def read(value: Any, hint: Any) -> Any:
        if clean and isinstance(hint, type) and (hint in LEAVES or _is_word(hint)):
            value = without_blanks(value)
        return given(value, hint)

    def given(value: Any, hint: Any) -> Any:
        # cattrs finds hooks by class first, and would read a StrEnum as a str.
        return read_word(value, hint) if _is_word(hint) else converter.structure(value, hint)

    def attrs_class(value: Any, cls: type) -> Any:
        return _fields(value, cls, read, checked=checked)

    def union(value: Any, hint: Any) -> Any:
        choices = [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
        if value is None:
            return None
        data, kind = _chosen(value, choices) if len(choices) > 1 else (value, choices[0])
        return read(data, kind)

    def mapping(value: Any, hint: Any) -> Any:
        of = (*typing.get_args(hint), Any, Any)[1]
        if not isinstance(value, Mapping):
            raise fail("type", "expected an object with named fields")
        if of is Any:
            return data(value, None)
        entries = _named(cast("Mapping[object, Any]", value))
        found = _collect((named(name), item, of) for name, item in entries.items())(read)
        return dict(zip(entries, found, strict=True))

    def data(value: Any, _: Any) -> Any:
        copied = _copied(value, DEEPEST_TEXT)
        if checked and (problems := faults(copied, GIVEN)):
            raise InvalidInput(problems)
        return copied

    def items(value: Any, hint: Any) -> tuple[Any, ...] | frozenset[Any]:
        of = typing.get_args(hint)[0]
        has_refs = _has_refs(of)
        if has_refs and isinstance(value, Mapping):
            value = _keyed(cast("Mapping[object, Any]", value), of)
        if not isinstance(value, list | tuple):
            raise fail("type", "expected a list")
        sequence = list(cast("Iterable[Any]", value))
        names = [labelled(x, i) if has_refs else i for i, x in enumerate(sequence)]
        found = _collect((name, x, of) for name, x in zip(names, sequence, strict=True))(read)
        return frozenset(found) if _origin(hint) is frozenset else tuple(found)

    def shaped(value: Any, hint: Any) -> Any:
        kind, *notes = typing.get_args(hint)
        shape = next((note for note in notes if isinstance(note, Shape)), None)
        text = (given if shape and shape.verbatim else read)(value, kind)
        return read_shaped(text, shape, clean=clean) if shape and checked else text

    hook(lambda t: t is Any, data)
    hook(lambda t: _origin(t) in (Mapping, dict), mapping)
    hook(lambda t: isinstance(t, type) and attrs.has(t), attrs_class)
    hook(lambda t: _origin(t) in (typing.Union, types.UnionType), union)
    hook(lambda t: _origin(t) in (tuple, frozenset), items)
    hook(lambda t: _origin(t) is typing.Annotated, shaped)
    for kind, reading in LEAVES.items():
        converter.register_structure_hook(kind, reading)
    converter.register_structure_hook(Secret, secret)
    return converter


def _keyed(value: Mapping[object, Any], of: Any) -> list[Any]:
    """Returns items that are given by `ref` as a list; a role's name as `ref` gives the role."""
    found: list[Any] = []
    for ref, item in _named(value).items():
        if not isinstance(item, Mapping):
            found.append(item)
            continue
        base = of.keyed(ref)
        defaults = {"ref": ref, **({"roles": [*base.roles]} if base is not None else {})}
        found.append({**defaults, **cast("Mapping[str, Any]", item)})
    return found


def _named(value: Mapping[object, Any]) -> dict[str, Any]:
    return {read_text(name, str): item for name, item in value.items()}


def _copied(value: Any, levels: int) -> Any:
    """Returns a deep copy of plain data, down to a number of levels."""
    if levels < 0:
        return value
    if isinstance(value, Mapping):
        entries = cast("Mapping[object, Any]", value).items()
        return {name: _copied(item, levels - 1) for name, item in entries}
    if isinstance(value, list | tuple):
        return [_copied(item, levels - 1) for item in cast("Iterable[Any]", value)]
    return value


def _collect(
    entries: Iterable[tuple[str | int, Any, Any]],
) -> Callable[[Callable[[Any, Any], Any]], list[Any]]:
    """Reads entries one by one and raises the problems of all of them together."""

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
        raise fail("type", "expected an object with named fields")
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
        elif name in required_of(cls):
            problems.append(Problem(name, "missing", "is required"))
    moved = cast("Mapping[str, str]", getattr(cls, "MOVED", {}))
    for name in [name for name in data if name in moved]:
        data.pop(name)
        problems.append(Problem(name, "unknown", moved[name]))
    problems += _unknown(data, fields)
    return _built(cls, values, problems, checked=checked)


def _unknown(names: Collection[object], fields: Iterable[str]) -> Iterator[Problem]:
    """Yields a problem per unknown name; for many names, the first ones and a count."""
    for name in islice(names, _MOST_LISTED):
        text = f"there is no such field{nearest(name, fields)}"
        yield Problem(named(str(name)), "unknown", text)
    if len(names) > _MOST_LISTED:
        yield Problem("", "unknown", f"{len(names) - _MOST_LISTED} more names are not fields")


def _built(cls: type, values: dict[str, Any], problems: list[Problem], *, checked: bool) -> Any:
    if issubclass(cls, Model):
        if checked:
            problems += cls.rules({**defaults_of(cls), **values})
        if not problems:
            return cls(**values) if checked else trust(cls, values)
    else:
        settings = cast("type[Any]", cls)
        problems += _refused_by_validators(settings, values)
        problems += _refused_by_rules(settings, values, {problem.path for problem in problems})
        if not problems:
            try:
                return cls(**values)
            except (TypeError, ValueError) as error:
                if isinstance(error, InvalidInput):
                    raise
                raise fail("shape", "cannot be built from these values") from None
    raise InvalidInput(problems)


def _refused_by_rules(cls: type, values: Mapping[str, Any], told: set[str]) -> list[Problem]:
    """Returns the problems between settings that have no problem of their own."""
    problems_in = getattr(cls, "problems_in", None)
    if problems_in is None:
        return []
    found: list[Problem] = problems_in({**defaults_of(cls), **values})
    return [problem for problem in found if problem.path.partition(".")[0] not in told]


def _refused_by_validators(cls: type, values: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields a problem per field whose validator fails; the text of attrs would show the value."""
    for name, field in cast("dict[str, Any]", attrs.fields_dict(cls)).items():
        validator = field.validator
        if validator is None or values.get(name) is None:
            continue
        try:
            validator(None, field, values[name])
        except InvalidInput as error:
            yield from error.problems
        except (TypeError, ValueError, AttributeError):
            rule = f" ({validator!r})" if repr(validator).startswith("<") else ""
            yield Problem(name, "shape", f"is outside its limits{rule}")


def kind_of(cls: type) -> str:
    """Returns the name of a union member in plain data: `MigratedHash` -> `migrated_hash`."""
    name = cls.__name__
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _chosen(value: Any, choices: list[type]) -> tuple[Any, type]:
    """Returns the data without its `kind`, and the union member that `kind` names."""
    for choice in choices:
        if isinstance(value, choice):
            return value, choice
    if not isinstance(value, Mapping):
        raise fail("type", "expected an object with named fields")
    names = {kind_of(choice): choice for choice in choices}
    data = dict(cast("Mapping[str, Any]", value))
    word = data.pop("kind", None)
    if not isinstance(word, str) or word not in names:
        raise InvalidInput([Problem("kind", "choice", f"expected one of {', '.join(names)}")])
    return data, names[word]


def choices_of(hint: Any) -> list[Any]:
    """Returns the members of a union other than None."""
    return [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
