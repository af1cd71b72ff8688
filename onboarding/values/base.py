"""The base class of values: it checks its fields when built, and its repr shows no value."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any, Self, TypeVar, cast

import attrs
from attrs import evolve, field, frozen

from onboarding.errors import InvalidInput, Problem
from onboarding.values.json_values import SENT, JsonRule, faults, named

__all__ = [
    "EMPTY_VALUES",
    "KEYS",
    "Check",
    "Model",
    "Shape",
    "checks_of",
    "factories_of",
    "field_types",
    "labelled",
    "named_in",
    "per_class",
    "put",
    "step_of",
    "trust",
]

M = TypeVar("M", bound="Model")
T = TypeVar("T")

_SCALARS = (str, int, float)
EMPTY_VALUES: tuple[object, ...] = (None, (), {}, frozenset[object]())
"""The values of a field without content: a repr and plain data leave the field out."""


KEYS = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The keys of named items in paths: `ada` in `people[ada].email`."""

_STEP = re.compile(rf"(\w+)\[({KEYS.pattern})\]")


@frozen
class Shape:
    """The format of a value, given in its type: `Annotated[str, Shape(...)]`.

    - `expected`: the format in words, for errors;
    - `rule`: whether a value has the format (truthy);
    - `clean`: normalises a person's input, or raises `ValueError`; called by `User.parse` only;
    - `verbatim`: whether `User.parse` keeps blanks at both ends;
    - `meant`: the correct spelling of an unambiguous text, for a hint in the error, or `""`.
    """

    name: str
    expected: str
    rule: Callable[[Any], object]
    clean: Callable[[str], str] | None = None
    verbatim: bool = field(default=False, kw_only=True)
    meant: Callable[[str], str] | None = field(default=None, kw_only=True)

    def refusal(self, value: object) -> str:
        """Returns the error message for a value without the format."""
        found = self.meant(value) if self.meant is not None and isinstance(value, str) else ""
        hint = f"; did you mean {found}?" if found else ""
        return f"expected {self.expected}{hint}"


@frozen
class Check:
    """The values that one field accepts."""

    name: str
    kind: tuple[type, ...]
    many: bool = False
    of: type = tuple
    """For many values: the class of the collection, `tuple` or `frozenset`."""
    optional: bool = False
    shape: Shape | None = None
    values: Check | None = None
    """For a mapping: the check of each of its values."""
    data: JsonRule | None = None
    """For a mapping with values of any type: the rule on the data in it."""

    @property
    def model(self) -> type | None:
        """The class of the field if it is a single `Model`, else None."""
        one = self.kind[0] if len(self.kind) == 1 and not self.many else None
        return one if one is not None and issubclass(one, Model) else None

    @property
    def items(self) -> type[Model] | None:
        """The class of the items if each has a `ref`, by which a path names it; else None."""
        one = self.kind[0] if len(self.kind) == 1 and self.many else None
        return one if one is not None and issubclass(one, Model) and _has_ref(one) else None

    def problems(self, value: object) -> list[Problem]:
        """Returns the problems of `value`, whose texts do not contain it."""
        if value is None:
            return [] if self.optional else [Problem(self.name, "missing", "is required")]
        if not self.many:
            return [problem.under(self.name) for problem in self._one(value)]
        if not isinstance(value, self.of):
            return [Problem(self.name, "type", f"expected a {self.of.__name__}")]
        items = enumerate(cast("Iterable[object]", value))
        return [
            (problem.under(labelled(item, index)) if self.of is tuple else problem).under(self.name)
            for index, item in items
            for problem in self._one(item)
        ]

    def _one(self, value: object) -> Iterable[Problem]:
        if not isinstance(value, self.kind) or _is_of_a_subtype(value, self.kind):
            expected = " or ".join(kind.__name__ for kind in self.kind)
            return (Problem("", "type", f"expected {expected}"),)
        if isinstance(value, datetime) and value.utcoffset() is None:
            return (Problem("", "shape", "expected a date and time with its zone"),)
        if self.shape is not None:
            if self.shape.rule(value):
                return ()
            return (Problem("", "shape", self.shape.refusal(value)),)
        if self.data is not None:
            return faults(value, self.data)
        if self.values is not None:
            return self.values._each(cast("Mapping[object, object]", value))
        return faults(value, SENT) if isinstance(value, _SCALARS) else ()

    def _each(self, mapping: Mapping[object, object]) -> Iterator[Problem]:
        for name, item in mapping.items():
            if found := faults({name: None}, SENT):
                yield from found
            elif item is not None or not self.optional:
                yield from (problem.under(named(str(name))) for problem in self._one(item))


def _is_of_a_subtype(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether the value has a kind in Python but not in JSON: `True` is an int in Python."""
    if isinstance(value, bool):
        return int in kinds and bool not in kinds
    return isinstance(value, datetime) and date in kinds and datetime not in kinds


def per_class(function: Callable[[type], T]) -> Callable[[type], T]:
    """Caches the result for each class."""
    known: dict[type, T] = {}

    @wraps(function)
    def answer(cls: type) -> T:
        if cls not in known:
            known[cls] = function(cls)
        return known[cls]

    return answer


@per_class
def _has_ref(cls: type) -> bool:
    return "ref" in attrs.fields_dict(cls)


def labelled(item: object, index: int) -> str | int:
    """Returns what a path calls an item: `[ada]` if it has a `ref`, else its index."""
    ref = (
        cast("Mapping[str, object]", item).get("ref")
        if isinstance(item, Mapping)
        else getattr(item, "ref", None)
    )
    return f"[{ref}]" if isinstance(ref, str) and KEYS.fullmatch(ref) else index


def step_of(name: str) -> tuple[str, str]:
    """Returns the field and the key in one step of a path; the key is empty without brackets."""
    found = _STEP.fullmatch(name) if name.endswith("]") else None
    return (found[1], found[2]) if found else (name, "")


def named_in(items: Iterable[Any], key: str) -> Any:
    """Returns the item with this `ref`, else the first one that answers to it, else None."""
    several = tuple(items)
    return next(
        (item for item in several if item.ref == key),
        next((item for item in several if item.answers_to(key)), None),
    )


@per_class
def field_types(cls: type) -> dict[str, Any]:
    """Returns the resolved annotations of an attrs class, in the order of its fields."""
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = attrs.fields(cls)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
    return {field.name: hints[field.name] for field in fields}


def _check(name: str, hint: Any) -> Check:
    """Returns the check of a field with this annotation; a float may be a whole number."""
    if hint is float:
        return Check(name, (int, float))
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        found = _check(name, args[0])
        for note in args[1:]:
            if isinstance(note, Shape):
                found = evolve(found, shape=note)
            if isinstance(note, JsonRule):
                found = evolve(found, data=note)
        return found
    if origin in (typing.Union, types.UnionType):
        each = [_check(name, arg) for arg in args if arg is not types.NoneType]
        kinds = tuple(kind for check in each for kind in check.kind)
        return evolve(each[-1], kind=kinds, optional=types.NoneType in args)
    if origin in (tuple, frozenset):
        return evolve(_check(name, args[0]), many=True, of=origin)
    if hint is Any:
        return Check(name, (object,), optional=True)
    if origin in (Mapping, dict):
        if args[1] is Any:
            return Check(name, (origin,), data=SENT)
        return Check(name, (origin,), values=_check("", args[1]))
    return Check(name, (origin or hint,))


@per_class
def checks_of(cls: type) -> dict[str, Check]:
    """Returns the `Check` of each field of a class, read from its annotations."""
    return {name: _check(name, hint) for name, hint in field_types(cls).items()}


class Model:
    """The base class of values: checked when built, compared by value; its repr shows no value."""

    def __attrs_post_init__(self) -> None:
        found = [
            problem
            for name, check in checks_of(type(self)).items()
            for problem in check.problems(getattr(self, name))
        ]
        found += self.rules(vars(self))
        if found:
            raise InvalidInput(found)
        put(self, {**vars(self)})  # a new dict, which CPython 3.11 and 3.12 read faster

    @classmethod
    def rules(cls, values: Mapping[str, Any]) -> list[Problem]:
        """Returns the problems between fields; `values` may lack fields that are invalid."""
        return []

    def __repr__(self) -> str:
        given = [
            f"{name}={value!r}" if isinstance(value, Model) else f"{name}=…"
            for name, value in vars(self).items()
            if value not in EMPTY_VALUES
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def replace(self, changes: Mapping[str, object] | None = None, /, **fields: object) -> Self:
        """Returns a copy with these changes; only the changed fields are checked.

        Keys are field names or paths: `user.replace({"address.city": "Kaunas"}, email=None)`. Other
        fields may keep values of a provider that are not valid input.

        Raises `InvalidInput`, which lists every problem by path.
        """
        problems: list[Problem] = []
        values = _changed(type(self), self, {**(changes or {}), **fields}, problems)
        problems += self.rules(values)
        if problems:
            raise InvalidInput(problems)
        return trust(type(self), values)


def _changed(
    cls: type[Model], old: Model | None, changes: Mapping[str, object], problems: list[Problem]
) -> dict[str, Any]:
    values = dict(vars(old if old is not None else trust(cls, {})))
    deeper: dict[str, dict[str, object]] = {}
    checks = checks_of(cls)
    for path, value in changes.items():
        head, _, rest = path.partition(".")
        name, key = step_of(head)
        check = checks.get(name)
        if check is None or (key and check.items is None):
            problems.append(Problem(path, "unknown", "there is no such field"))
        elif rest and (key or check.model is not None):
            deeper.setdefault(head, {})[rest] = value
        elif rest or key:
            problems.append(Problem(path, "unknown", f"{name} is changed as a whole"))
        elif wrong := check.problems(value):
            problems += wrong
        else:
            values[head] = value
    for head, below in deeper.items():
        name, key = step_of(head)
        if name in changes:
            text = "is changed as a whole and in parts at once"
            problems.append(Problem(head, "conflict", text))
            continue
        if key:
            found = _changed_item(checks[name], values.get(name) or (), head, below, problems)
            values[name] = found
            continue
        kind = cast("type[Model]", checks[head].model)
        inner: list[Problem] = []
        inside = _changed(kind, values.get(head), below, inner)
        if values.get(head) is None:
            inner += _missing(kind, inside)
        inner += kind.rules(inside)
        problems += [problem.under(head) for problem in inner]
        values[head] = trust(kind, inside)
    return values


def _changed_item(
    check: Check,
    items: tuple[Any, ...],
    head: str,
    below: Mapping[str, object],
    problems: list[Problem],
) -> tuple[Any, ...]:
    """Returns the items with changes of one of them; a key can stand for a new item."""
    key, kind = step_of(head)[1], cast("Any", check.items)
    old = named_in(items, key)
    base = old if old is not None else kind.keyed(key)
    if base is None:
        problems.append(Problem(head, "unknown", "no item has this ref"))
        return items
    inner: list[Problem] = []
    inside = _changed(kind, base, below, inner)
    inner += kind.rules(inside)
    problems += [problem.under(head) for problem in inner]
    made = trust(kind, inside)
    return (*items, made) if old is None else tuple(made if x is old else x for x in items)


def _missing(cls: type[Model], values: Mapping[str, Any]) -> list[Problem]:
    """Returns a problem for each required field without a value."""
    return [
        Problem(name, "missing", "is required")
        for name in sorted(required_of(cls))
        if values.get(name) is None
    ]


put: Callable[[Model, dict[str, Any]], None] = vars(Model)["__dict__"].__set__
"""Sets the fields of a frozen value."""


@per_class
def required_of(cls: type) -> frozenset[str]:
    """Returns the names of the fields without a default."""
    fields = attrs.fields_dict(cls)
    return frozenset(name for name, field in fields.items() if field.default is attrs.NOTHING)


@per_class
def defaults_of(cls: type) -> dict[str, Any]:
    """Returns the default of each field: None if it has none, or a factory."""
    return {name: None if name in factories_of(cls) else d for name, d in _declared(cls).items()}


@per_class
def factories_of(cls: type) -> dict[str, Callable[[], Any]]:
    """Returns the factories of the defaults that values must not share."""
    found = {name: getattr(default, "factory", None) for name, default in _declared(cls).items()}
    return {name: factory for name, factory in found.items() if factory is not None}


def _declared(cls: type) -> dict[str, Any]:
    defaults = {name: field.default for name, field in attrs.fields_dict(cls).items()}
    return {name: None if d is attrs.NOTHING else d for name, d in defaults.items()}


_BLANK: dict[type, tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]] = {}
"""The defaults of each class, and the factories of those that values must not share."""


def trust(cls: type[M], values: Mapping[str, Any]) -> M:
    """Builds a value without checks, for data of a provider, and for what the library built.

    Values that are not valid input (an empty region, a local phone number) are kept unchanged.
    Raises `TypeError` for a name that is not a field.
    """
    blank = _BLANK.get(cls)
    if blank is None:
        blank = _BLANK[cls] = (defaults_of(cls), tuple(factories_of(cls).items()))
    whole = {**blank[0], **values}
    if len(whole) != len(blank[0]):
        unknown = ", ".join(sorted(whole.keys() - blank[0].keys()))
        raise TypeError(f"{cls.__name__} has no field {unknown}")
    for name, factory in blank[1]:
        if name not in values:
            whole[name] = factory()
    made = object.__new__(cls)
    put(made, whole)
    return made
