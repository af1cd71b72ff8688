"""Hypothesis strategies for the users that a wire class supports.

They follow the declaration: limits, patterns, vocabularies and conditions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cache, partial
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onboarding.mapping.codecs import UNREADABLE, Codec
from onboarding.mapping.paths import lookup, model_below
from onboarding.mapping.people import PEOPLE
from onboarding.mapping.plan import EXTRAS, MappedField, Plan
from onboarding.mapping.rows import EVERY, On
from onboarding.mapping.translation import Translation
from onboarding.model.answers import LossKind
from onboarding.model.declared import is_given
from onboarding.model.people import Person, PersonRole
from onboarding.model.user import User
from onboarding.testing.examples import fresh, pool
from onboarding.testing.strategies import (
    check_at,
    extra_values,
    people,
    some_of,
    texts,
    values_at,
)
from onboarding.values.base import required_of, step_of, trust

__all__ = [
    "fill_pools",
    "full_users",
    "full_values",
    "supported_users",
    "supported_values",
    "with_a_person",
]

Tree = dict[str, Any]

REFS = ("ada", "B-2", "c_3", "4", "representative_1", *"vwxyz")
"""The refs of people that are drawn, in an order that is drawn too."""


@cache
def supported_values(mapped: MappedField, root: type = User) -> SearchStrategy[Any]:
    """Returns the values of a field within its declared limits; `root` is that of its class."""
    row, codec = mapped.row, mapped.row.codec
    assert codec is not None
    if codec.members:
        return st.sampled_from(codec.members)
    check = check_at(mapped.core, root)
    found = values_at(mapped.core, root)
    if row.joined:
        return found
    if row.pattern is not None:
        spelled = st.from_regex(row.pattern.regex, fullmatch=True).map(codec.read)
        plain = check.shape is not None and check.shape.name in ("text", "postal_code")
        found = spelled if plain else st.one_of(found, found, spelled)
    elif row.max is not None:
        least = max(row.min, 1)
        found |= texts(least, least) | texts(row.max, row.max)

    def within(value: Any) -> bool:
        return not check.problems(value) and _fits(mapped, value)

    return found.filter(within)


def _fits(mapped: MappedField, value: Any) -> bool:
    row, codec = mapped.row, mapped.row.codec
    assert codec is not None
    try:
        written = codec.write(value)
    except ValueError:
        return False
    if written is None or mapped.format.cannot_hold(written):  # there is nothing to send
        return False
    limited = written if row.joined else value
    if row.max is not None and not row.min <= len(limited) <= row.max:
        return False
    return row.pattern is None or row.pattern.fits(written)


@st.composite
def supported_users(
    draw: st.DrawFn,
    translation: Translation,
    on: On = On.CREATE,
    *,
    extras: type | None = None,
    complete: bool = False,
    pools: int = 0,
) -> User:
    """Draws users with only the fields that `on` can write, within the limits of a translation.

    - `complete`: whether users have every required field, as far as it is declared;
    - `extras`: the adapter's class for `User.extras`; None for no extras;
    - `pools`: the size of the pools that most values are drawn from, filled by `fill_pools`.
    """
    size = pools if pools and not draw(fresh()) else 0
    data, values, allowed = _parts(translation, on, extras, draw(st.booleans()), size)
    given = draw(some_of(values))
    implied = translation.plan.implied()
    if not complete:
        _fit_joined(draw, data, values, given)
        return _mixed(draw, _user(given, implied, data), translation.plan, on)
    user = _completed(draw, translation.plan, on, data, allowed, given)
    return _mixed(draw, user, translation.plan, on)


def _mixed(draw: st.DrawFn, user: User, plan: Plan, on: On) -> User:
    """Gives the people of a user refs of their own, and adds people of whom nothing is refused.

    These are people in roles that another call carries. The people are in any order.
    """
    losses = {role: plan.loss_of(f"{PEOPLE}[{role}]", on) for role in PersonRole}
    free = [r for r, x in losses.items() if x is not None and x.kind is LossKind.NOT_APPLICABLE]
    if not user.people and not free:
        return user
    refs = iter(draw(st.permutations(REFS)))
    mine = [
        trust(Person, {**vars(one), "ref": next(refs), "roles": _with(draw, one, free)})
        for one in user.people
    ]
    also = bool(free) and draw(st.booleans())
    for one in draw(people(2)) if also else ():
        role = draw(st.sampled_from(free))
        mine.append(trust(Person, {**vars(one), "ref": next(refs), "roles": (role,)}))
    return trust(User, {**vars(user), "people": tuple(draw(st.permutations(mine)))})


def _with(draw: st.DrawFn, person: Person, free: list[PersonRole]) -> tuple[PersonRole, ...]:
    """Returns the roles of a person, and perhaps some that another call carries."""
    more = draw(st.lists(st.sampled_from(free), max_size=2, unique=True)) if free else []
    return (*person.roles, *(role for role in more if role not in person.roles))


@st.composite
def with_a_person(draw: st.DrawFn, users: SearchStrategy[User], wire: Translation[Any]) -> User:
    """Draws users, half of them with a person in any roles, as the class of a person supports.

    One person, because what several may be together is a rule of the provider.
    """
    user = draw(users)
    if not draw(st.booleans()):
        return user
    writable = [mapped for mapped in wire.plan.fields if mapped.on & On.CREATE]
    given = draw(some_of({mapped.core: supported_values(mapped, Person) for mapped in writable}))
    around = {core.rpartition(".")[0] for core in given}
    for core, by in wire.plan.implied().items():  # read off another key, into an object with a key
        if by in given and core.rpartition(".")[0] in around:
            given[core] = given[by]
    roles = draw(st.lists(st.sampled_from(PersonRole), min_size=1, max_size=3, unique=True))
    tree: Tree = {"ref": draw(st.sampled_from(REFS)), "roles": tuple(roles)}
    person = cast("Person", _build(Person, _tree(given, tree)))
    return trust(User, {**vars(user), "people": (person,)})


@st.composite
def full_users(draw: st.DrawFn, translation: Translation, extras: type | None = None) -> User:
    """Draws users with every field that an operation can write."""
    data, values, _ = _parts(translation, EVERY, extras, False, 0)
    given = {mapped.core: draw(values[mapped.core]) for mapped in data}
    _fit_joined(draw, data, values, given)
    return _user(given, translation.plan.implied(), data)


@st.composite
def full_values(draw: st.DrawFn, translation: Translation[Any]) -> Tree:
    """Draws a value within the limits for every field of a wire class, by core path.

    Values are those that the provider can show.
    """
    plan, root = translation.plan, cast("Any", translation.plan.root)
    values = {mapped.core: _shown(mapped, supported_values(mapped, root)) for mapped in plan.fields}
    given = {core: draw(each) for core, each in values.items()}
    _fit_joined(draw, plan.fields, values, given)
    return given


def _shown(mapped: MappedField, values: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Returns the values that a provider can show: readable ones, without what is not written."""
    codec = mapped.row.codec
    if codec is None or mapped.row.joined:
        return values
    if not codec.exact_write:
        return values.map(lambda value: codec.read(codec.write(value)))
    return values if mapped.on else values.filter(partial(_is_readable, codec))


def _is_readable(codec: Codec[Any, Any], value: Any) -> bool:
    try:
        codec.read(codec.write(value))
    except UNREADABLE:
        return False
    return True


def fill_pools(translation: Translation, on: On, extras: type | None, size: int) -> None:
    """Fills the pools of the fields of a translation. To be called outside of a test that draws."""
    for legal in (False, True):
        _parts(translation, on, extras, legal, size)


@cache
def _parts(
    translation: Translation, on: On, extras: type | None, legal: bool, size: int
) -> tuple[list[MappedField], dict[str, SearchStrategy[Any]], dict[str, SearchStrategy[Any]]]:
    """Returns the fields, the values of each, and those values that are not disallowed."""
    own = {
        f"{EXTRAS}{translation.plan.provider}.{name}": values
        for name, values in (extra_values(extras).items() if extras else ())
    }
    data = [
        mapped
        for mapped in translation.plan.fields
        if mapped.on & on and (mapped.core in own or not mapped.core.startswith(EXTRAS))
    ]
    heads = {mapped.core.partition(".")[0] for mapped in data}
    if heads >= {"identity", "company"}:  # a class for both; no user is both
        other = "identity." if legal else "company."
        data = [mapped for mapped in data if not mapped.core.startswith(other)]
    values = {mapped.core: _values_of(mapped, own.get(mapped.core)) for mapped in data}
    if size:
        values = {d.core: pool(_pool_key(d), values[d.core], size) for d in data}
    disallowed = {d.core: values[d.core].filter(partial(_allowed, d)) for d in data if d.disallowed}
    return data, values, {**values, **disallowed}


def _pool_key(mapped: MappedField) -> tuple[Hashable, ...]:
    """Returns what the values of a field depend on: the key of its pool."""
    row = mapped.row
    if mapped.core.startswith(EXTRAS):
        return mapped.core, row.pattern
    check = check_at(mapped.core)
    return check.kind, check.many, check.shape, row.codec, row.min, row.max, row.pattern


def _values_of(mapped: MappedField, own: SearchStrategy[Any] | None) -> SearchStrategy[Any]:
    """Returns the values of a field within its limits; `own` are those of an extra."""
    if own is None:
        return supported_values(mapped)
    row = mapped.row
    if row.pattern is not None:
        own = st.from_regex(row.pattern.regex, fullmatch=True)
        return own.filter(lambda value: not mapped.format.cannot_hold(value))
    if row.max is not None:
        own |= texts(max(row.min, 1), min(row.max, 100))
    return own.filter(partial(_fits, mapped))


def _allowed(mapped: MappedField, value: Any) -> bool:
    stops = (bar for bar in mapped.disallowed if bar.certain and not bar.same_as)
    return not any(value in bar.values for bar in stops)


def _completed(
    draw: st.DrawFn,
    plan: Plan,
    on: On,
    data: list[MappedField],
    allowed: Mapping[str, SearchStrategy[Any]],
    given: Tree,
) -> User:
    """Adds required fields and replaces disallowed values until there are none left."""
    implied = plan.implied()
    for one in plan.about.one_of_required if on is On.CREATE else ():
        if not given.keys() & set(one.paths):
            given[one.paths[0]] = draw(allowed[one.paths[0]])
    while True:
        filled = False
        _fit_joined(draw, data, allowed, given)
        user = _user(given, implied, data)
        there = plan.given(user, on)
        for mapped in data:
            core = mapped.core
            asked = core not in given and plan.demands(mapped, user, there, on)
            stops = [b for b in mapped.disallowed if b.certain and b.stops(given.get(core), user)]
            if asked or stops:
                same = next((bar.same_as for bar in stops if bar.same_as), None)
                given[core] = draw(allowed[core]) if same is None else lookup(user, same)
                filled = True
        if not filled:
            return user


def _fit_joined(
    draw: st.DrawFn,
    data: Iterable[MappedField],
    values: Mapping[str, SearchStrategy[Any]],
    given: Tree,
) -> None:
    """Replaces the values of a joined row that cannot be written together."""
    for mapped in data:
        together = tuple(given.get(core) for core in mapped.cores)
        if not mapped.row.joined or together.count(None) == len(together):
            continue
        if not _fits(mapped, together):
            each = st.tuples(*(values.get(core, st.none()) for core in mapped.cores))
            given |= zip(mapped.cores, draw(each.filter(partial(_fits, mapped))), strict=True)


def _user(
    given: Mapping[str, Any], implied: Mapping[str, str], data: Iterable[MappedField]
) -> User:
    """Returns a user from values by path; an object without its required fields is left out."""
    tree: Tree = {"company": {}} if any(d.core.startswith("company.") for d in data) else {}
    for core, by in implied.items():
        if by in given:
            given = {core: given[by], **given}
    return cast("User", _build(User, _tree(given, tree)))


def _tree(given: Mapping[str, Any], tree: Tree) -> Tree:
    """Returns a tree with values added by path."""
    for core, value in given.items():
        *above, name = core.split(".")
        place = tree
        for step in above:
            place = place.setdefault(step, {})
        place[name] = value
    return tree


def _build(cls: type[Any], tree: Tree) -> Any:
    values: Tree = {}
    for name, value in tree.items():
        field, key = step_of(name)
        if key:
            one = _build(Person, {"ref": key, "roles": (PersonRole(key),), **value})
            values[field] = (*values.get(field, ()), one)
            continue
        below = model_below(cls)[name]
        values[name] = _build(below, value) if below is not object else value
    if declared := values.get("declared_absent"):  # what has a value is not absent
        values["declared_absent"] = frozenset(x for x in declared if not is_given(values, x))
    missing = [name for name in required_of(cls) if values.get(name) is None]
    return None if missing else cls(**values)
