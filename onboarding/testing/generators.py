"""Hypothesis strategies for the users that a wire class supports.

They follow the declaration: limits, patterns, vocabularies and conditions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cache, partial
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onboarding.mapping.paths import model_below
from onboarding.mapping.plan import EXTRAS, MappedField, Plan
from onboarding.mapping.rows import EVERY, On
from onboarding.mapping.translation import Translation
from onboarding.model.user import User
from onboarding.testing.examples import fresh, pool
from onboarding.testing.strategies import (
    check_at,
    extra_values,
    some_of,
    texts,
    values_at,
)
from onboarding.values.base import required_of

__all__ = ["fill_pools", "full_users", "supported_users", "supported_values"]

Tree = dict[str, Any]


@cache
def supported_values(mapped: MappedField) -> SearchStrategy[Any]:
    """Returns the values of a field within its declared limits."""
    row, codec = mapped.row, mapped.row.codec
    assert codec is not None
    if codec.members:
        return st.sampled_from(codec.members)
    check = check_at(mapped.core)
    found = values_at(mapped.core)
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
    """Draws users with only the fields that `on` can write, within the declared limits.

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
        return _user(given, implied, data)
    return _completed(draw, translation.plan, on, data, allowed, given)


@st.composite
def full_users(draw: st.DrawFn, translation: Translation, extras: type | None = None) -> User:
    """Draws users with every field that an operation can write."""
    data, values, _ = _parts(translation, EVERY, extras, False, 0)
    given = {mapped.core: draw(values[mapped.core]) for mapped in data}
    _fit_joined(draw, data, values, given)
    return _user(given, translation.plan.implied(), data)


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
    pattern = mapped.row.pattern
    return own if pattern is None else st.from_regex(pattern.regex, fullmatch=True)


def _allowed(mapped: MappedField, value: Any) -> bool:
    return not any(bar.certain and value in bar.values for bar in mapped.disallowed)


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
            disallowed = any(
                bar.certain and bar.stops(given.get(core), user) for bar in mapped.disallowed
            )
            if asked or disallowed:
                given[core], filled = draw(allowed[core]), True
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
    for core, value in given.items():
        *above, name = core.split(".")
        place = tree
        for step in above:
            place = place.setdefault(step, {})
        place[name] = value
    return cast("User", _build(User, tree))


def _build(cls: type[Any], tree: Tree) -> Any:
    values: Tree = {}
    for name, value in tree.items():
        below = model_below(cls)[name]
        values[name] = _build(below, value) if below is not object else value
    missing = [name for name in required_of(cls) if values.get(name) is None]
    return None if missing else cls(**values)
