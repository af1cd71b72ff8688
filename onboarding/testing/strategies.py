"""Hypothesis strategies for users and their parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onboarding.mapping.paths import class_at, leaves, model_below
from onboarding.model.countries import country_codes
from onboarding.model.declared import is_given
from onboarding.model.people import Person, PersonRole
from onboarding.model.requirements import BANK_ACCOUNT, Requirement
from onboarding.model.shapes import Text
from onboarding.model.user import User, is_core_path
from onboarding.testing.examples import fresh, pool
from onboarding.values.base import (
    Check,
    Model,
    Shape,
    checks_of,
    named_in,
    per_class,
    required_of,
    step_of,
    trust,
)
from onboarding.values.secret import Secret

__all__ = [
    "LONG_TEXT",
    "alike",
    "changed",
    "check_at",
    "extra_values",
    "extras_of",
    "fill_user_pools",
    "is_text",
    "models",
    "people",
    "some_of",
    "texts",
    "users",
    "value_of",
    "values_at",
]

M = TypeVar("M", bound=Model)

# Scripts, combining marks, right to left, beyond the basic plane, one character, spaces around.
NAMES = (
    "Alex", "Smith", "Šarūnas", "Zoe\u0308", "O’Connor-Smith", "李小龍", "محمد", "Ὀδυσσεύς",
    "Þórður", "नरेन्द्र", "김민준", "İpek", "ß", "e" + "\u0301" * 4, "𝓐𝓵𝓮𝔁", "🙂 Ķ",
    " van der  Berg ", " Ada", "Ada ", "-", "\u200fשרה\u200e", "x\u00a0y",
    'quote " \\ slash /', "%41+&=;", "None", "null", "0",
)  # fmt: skip

LOCALES = (
    "en", "lt", "ru", "fr", "en-GB", "lt-LT", "EN", "ru-LT", "pt-BR", "zh-Hant-TW", "sr-Latn",
    "es-419", "de-CH-1996", "gsw", "sv", "sl-rozaj-biske",
)  # fmt: skip

OLDEST = date(1900, 1, 1)


@cache
def countries() -> tuple[str, ...]:
    """Returns every assigned alpha-2 code, and that of Kosovo."""
    return tuple(sorted(country_codes()))


@cache
def texts(min_size: int = 1, max_size: int = 20) -> SearchStrategy[str]:
    """Returns texts that are not blank, of `min_size` to `max_size` characters."""
    forbidden = [*_CONTROLS, *map(chr, (*range(0x2028, 0x202F), *range(0x2066, 0x206A)))]
    alphabet = st.characters(codec="utf-8", exclude_characters=forbidden)
    return st.text(alphabet, min_size=min_size, max_size=max_size).filter(_is_text)


_CONTROLS = [*map(chr, (*range(0x20), *range(0x7F, 0xA0)))]
_TEXT = next(note.rule for note in get_args(Text) if isinstance(note, Shape))


def _is_text(text: str) -> bool:
    """Returns whether a text is legal. (Hypothesis makes a slow strategy of a pattern's method.)"""
    return bool(_TEXT(text))


LONG_TEXT = st.sampled_from((256, 300, 5_000)).map(lambda size: "x" * size)
"""Texts longer than most providers accept."""


@cache
def _emails() -> SearchStrategy[str]:
    atoms = st.text("abcXYZ059+-_", min_size=1, max_size=12)
    odd = st.sampled_from(("o'neil.x", "jörg", "a.b&c", "李", "!#$%^*/=?`{|}~"))
    hosts = st.sampled_from(
        ("example.com", "mail.example.org", "xn--bcher-kva.example", "b\u00fccher.example", "ex.lt")
    )
    return st.builds("{}@{}".format, st.one_of(atoms, atoms, atoms, odd), hosts)


_ZONES = st.sampled_from(
    (UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=9)))
)

_PAST = st.dates(OLDEST, date.today())

_ROLES = frozenset(PersonRole)

_BY_SHAPE: Mapping[str, SearchStrategy[Any]] = {
    "text": st.sampled_from(NAMES) | texts(),
    "postal_code": st.sampled_from(("75004", "SW1A 1AA", "20007-1234")) | texts(),
    "media_type": st.sampled_from(("image/png", "image/jpeg", "application/pdf")),
    "country": st.deferred(lambda: st.sampled_from(countries())),
    "email": _emails(),
    "phone": st.integers(10**6, 10**15 - 1).map("+{}".format),
    "locale": st.sampled_from(LOCALES),
    "ip_address": st.ip_addresses().map(str),
    "link": st.sampled_from(("https://example.com/{code}", "myapp://confirm/{code}")),
    "web_url": st.sampled_from(("https://example.com", "http://b\u00fccher.example/a?b=c#d")),
    "past_date": _PAST,
    "ref": st.from_regex(r"[a-zA-Z0-9_-]{1,8}", fullmatch=True).filter(lambda x: x not in _ROLES),
    "percent": st.floats(0, 100),
    "core_path": st.deferred(lambda: st.sampled_from(sorted(leaves(User)))).filter(is_core_path),
    "currency": st.sampled_from(("EUR", "USD", "GBP", "JPY", "BHD")),
}

_BY_KIND: Mapping[type, SearchStrategy[Any]] = {
    str: texts(),
    bool: st.booleans(),
    int: st.integers(-(2**63) + 1, 2**63 - 1),
    float: st.floats(0, 1e9),
    bytes: st.binary(max_size=16),
    date: _PAST,
    datetime: st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=_ZONES),
    Secret: texts().map(Secret),
    object: st.booleans() | st.integers() | texts(),
    Mapping: st.dictionaries(texts(), texts(), max_size=2),
}


def value_of(check: Check) -> SearchStrategy[Any]:
    """Returns every legal value of a field, except None and an empty tuple."""
    one: SearchStrategy[Any]
    if check.items is Person:
        return people()
    if check.items is None and check.kind == (PersonRole,):
        return st.lists(st.sampled_from(PersonRole), min_size=1, max_size=3, unique=True).map(tuple)
    if check.shape is not None:
        one = _BY_SHAPE[check.shape.name]
    elif check.values is not None:
        one = st.dictionaries(texts(), value_of(check.values), max_size=2)
    else:
        one = st.one_of(*(_of_kind(kind) for kind in check.kind))
    return st.lists(one, min_size=1, max_size=2).map(check.of) if check.many else one


@st.composite
def people(draw: st.DrawFn, most: int = 3) -> tuple[Person, ...]:
    """Draws people with different refs, in several roles, in any order.

    A `ref` may be the name of a role, as a provider gives it.
    """
    found = draw(st.lists(models(Person), min_size=1, max_size=most, unique_by=_ref))
    if draw(st.booleans()):
        first = found[0]
        of_acme = {"acme": {"risk": "low"}}
        named = {"ref": str(first.roles[0]), "extras": of_acme}
        found[0] = trust(Person, {**vars(first), **named})
    return tuple(draw(st.permutations(found)))


def _ref(person: Person) -> str:
    return person.ref


def _of_kind(kind: type) -> SearchStrategy[Any]:
    if issubclass(kind, Model):
        return models(kind)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return _BY_KIND[kind]


@st.composite
def some_of(
    draw: st.DrawFn,
    optional: Mapping[str, SearchStrategy[Any]],
    always: Mapping[str, SearchStrategy[Any]] | None = None,
) -> dict[str, Any]:
    """Draws values by name, with each optional one given or not.

    One draw decides which are given: a draw for each of a hundred fields would be slow.
    """
    found = {name: draw(values) for name, values in (always or {}).items()}
    size = (len(optional) + 7) // 8
    chosen = int.from_bytes(draw(st.binary(min_size=size, max_size=size)), "big")
    for place, (name, values) in enumerate(optional.items()):
        if chosen >> place & 1:
            found[name] = draw(values)
    return found


def _fields(cls: type, without: str = "") -> SearchStrategy[dict[str, Any]]:
    """Returns values of the fields of a class, with each optional one given or not."""
    checks = {name: check for name, check in checks_of(cls).items() if name != without}
    values = {name: value_of(check) for name, check in checks.items()}
    free = {name for name, check in checks.items() if check.many or check.optional}
    free -= required_of(cls)
    return some_of(
        {name: value for name, value in values.items() if name in free},
        {name: value for name, value in values.items() if name not in free},
    )


_NAMES = st.sampled_from(("identity.birthdate", "people[ada].email", "dob.day or dob.month"))
_SUBJECTS = st.sampled_from(("", BANK_ACCOUNT, "people[ada]"))


def models(cls: type[M]) -> SearchStrategy[M]:
    """Returns every legal value of a class of the core."""
    return cast("SearchStrategy[M]", _models(cls))


@per_class
def _models(cls: type) -> SearchStrategy[Any]:
    if cls is User:
        return users()
    fields = _fields(cls, without="extras") if cls is Person else _fields(cls)
    if cls is Requirement:
        named = st.fixed_dictionaries({"name": _NAMES, "subject": _SUBJECTS})
        fields = st.tuples(fields, named).map(lambda drawn: drawn[0] | drawn[1])
    return fields.map(lambda fields: cls(**fields))


@cache
def _of_user(size: int) -> SearchStrategy[dict[str, Any]]:
    if not size:
        return _fields(User, without="extras")
    checks = {name: check for name, check in checks_of(User).items() if name != "extras"}
    return some_of({name: pool(name, value_of(check), size) for name, check in checks.items()})


def fill_user_pools(size: int) -> None:
    """Fills the pools of the fields of a user. To be called outside of a test that draws."""
    _of_user(size)


@st.composite
def users(draw: st.DrawFn, extras: Mapping[str, type] | None = None, pools: int = 0) -> User:
    """Draws any user of the core, natural or legal, with each field given or not.

    `extras` are the adapters' classes by provider: `{"acme": AcmeExtras}`. `pools` is the size of
    the pools that most values are drawn from, filled by `fill_user_pools`.
    """
    fields = draw(_of_user(pools if pools and not draw(fresh()) else 0))
    if "company" in fields:
        fields.pop("identity", None)
    if declared := fields.pop("declared_absent", frozenset()):
        absent = (path for path in declared if not is_given(fields, path))
        fields["declared_absent"] = frozenset(absent)
    given = {
        name: draw(extras_of(cls)) for name, cls in (extras or {}).items() if draw(st.booleans())
    }
    return User(**fields, extras=given)


@cache
def extra_values(cls: type) -> Mapping[str, SearchStrategy[Any]]:
    """Returns every legal value of each field of an adapter's extras class, as plain data."""
    return {name: value_of(check).map(_plain) for name, check in checks_of(cls).items()}


@cache
def extras_of(cls: type) -> SearchStrategy[dict[str, Any]]:
    """Returns what `User.extras` may hold for an adapter with this class."""
    return some_of(extra_values(cls))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]


def check_at(path: str, root: type = User) -> Check:
    """Returns the check of the field at a core path below `root`."""
    above, _, name = path.rpartition(".")
    return checks_of(class_at(above, root))[name]


def values_at(path: str, root: type = User) -> SearchStrategy[Any]:
    """Returns every legal value of the field at a core path below `root`, except None."""
    return value_of(check_at(path, root))


def is_text(path: str) -> bool:
    """Returns whether the field at a core path is a text of any length."""
    shape = check_at(path).shape
    return shape is not None and shape.name == "text"


def changed(model: M, path: str, value: object) -> M:
    """Returns the model with another value at `path`, unchecked: other fields may be missing."""
    return cast("M", _changed(type(model), model, path.split("."), value))


def _changed(cls: type[Any], old: Any, path: list[str], value: object) -> Any:
    name, *rest = path
    values: dict[str, Any] = dict(cast("Model", old).__dict__) if old is not None else {}
    field, key = step_of(name)
    if key:
        items: tuple[Any, ...] = values.get(field, ())
        there = named_in(items, key)
        made = _changed(Person, there or Person.keyed(key), rest, value) if rest else value
        others = tuple(made if one is there else one for one in items)
        values[field] = others if there is not None else (*items, made)
        return trust(cls, values)
    below = model_below(cls)[name]
    values[name] = _changed(below, values.get(name), rest, value) if rest else value
    return trust(cls, values)


def alike(new: User, old: User) -> User:
    """Returns the new user with the person type of the old one, which no provider changes."""
    if new.person_type is old.person_type:
        return new
    return changed(changed(new, "company", old.company), "identity", old.identity)
