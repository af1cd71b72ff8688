"""Hypothesis strategies for the users that a wire class says it carries.

All is read off the declaration: limits, patterns, vocabularies, what is required when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, partial
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onboarding.mapping.paths import model_below
from onboarding.mapping.plan import EXTRAS, Datum, Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.base import required_of
from onboarding.model.user import User
from onboarding.testing.strategies import check_at, extra_values, texts, values_at

__all__ = ["carried_users", "carried_values"]

Tree = dict[str, Any]


@cache
def carried_values(datum: Datum) -> SearchStrategy[Any]:
    """The values of a datum within its declared limits."""
    row, codec = datum.row, datum.row.codec
    assert codec is not None
    if codec.members:
        return st.sampled_from(codec.members)
    check = check_at(datum.core)
    found = values_at(datum.core)
    if row.pattern is not None:
        spelled = st.from_regex(row.pattern, fullmatch=True)
        plain = check.shape is not None and check.shape.name == "text"
        found = spelled if plain else st.one_of(found, found, spelled)
    elif row.max is not None:
        least = max(row.min, 1)
        found |= texts(least, least) | texts(row.max, row.max)

    def within(value: Any) -> bool:
        return not check.problems(value) and _fits(datum, value)

    return found.filter(within)


def _fits(datum: Datum, value: Any) -> bool:
    row, codec = datum.row, datum.row.codec
    assert codec is not None
    if row.max is not None and not row.min <= len(value) <= row.max:
        return False
    if row.pattern is not None and row.pattern.fullmatch(value) is None:
        return False
    try:
        codec.write(value)
    except ValueError:
        return False
    return True


@st.composite
def carried_users(
    draw: st.DrawFn,
    translation: Translation,
    on: On = On.CREATE,
    *,
    extras: type | None = None,
    complete: bool = False,
) -> User:
    """Users that hold only what `on` can write, each datum within its declared limits.

    `complete` users have what the provider demands as well, as far as the declaration says.
    `extras` is the adapter's own class; without it, nothing is given that only it knows.
    """
    legal = draw(st.booleans())
    data, given, wanted = _parts(translation, on, extras, legal)
    values = draw(given)
    spare = draw(wanted) if complete else {}
    implied = translation.plan.implied()
    if complete:
        values = _completed(translation.plan, on, data, values, spare)
    return _user(values, implied, data)


@cache
def _parts(
    translation: Translation, on: On, extras: type | None, legal: bool
) -> tuple[list[Datum], SearchStrategy[Tree], SearchStrategy[Tree]]:
    """The data in question; a strategy for some of them; one for all that can be required."""
    own = {
        f"{EXTRAS}{translation.plan.provider}.{name}": values
        for name, values in (extra_values(extras).items() if extras else ())
    }
    data = [
        datum
        for datum in translation.plan.data
        if datum.on & on and (datum.core in own or not datum.core.startswith(EXTRAS))
    ]
    heads = {datum.core.partition(".")[0] for datum in data}
    if heads >= {"identity", "company"}:  # a class for both; no user is both
        other = "identity." if legal else "company."
        data = [datum for datum in data if not datum.core.startswith(other)]
    some = {datum.core: _carried(datum, own.get(datum.core)) for datum in data}
    choices = {path for one in translation.plan.about.wanted for path in one.paths}
    wanted = {
        datum.core: some[datum.core].filter(partial(_welcome, datum))
        for datum in data
        if datum.required is not None or datum.barred or datum.core in choices
    }
    return data, st.fixed_dictionaries({}, optional=some), st.fixed_dictionaries(wanted)


def _carried(datum: Datum, own: SearchStrategy[Any] | None) -> SearchStrategy[Any]:
    """The values of a datum within its limits; `own` are those of one that the adapter defines."""
    if own is None:
        return carried_values(datum)
    pattern = datum.row.pattern
    return own if pattern is None else st.from_regex(pattern, fullmatch=True)


def _welcome(datum: Datum, value: Any) -> bool:
    return not any(bar.certain and value in bar.values for bar in datum.barred)


def _completed(plan: Plan, on: On, data: list[Datum], given: Tree, spare: Tree) -> Tree:
    """Adds what is required, changes what is barred; thrice, for what is added may want more."""
    for one in plan.about.wanted if on is On.CREATE else ():
        if not given.keys() & set(one.paths):
            given = {one.paths[0]: spare[one.paths[0]], **given}
    for _ in range(3):
        user = _user(given, plan.implied(), data)
        there = plan.given(user, on)
        for datum in data:
            if plan.demands(datum, user, there, on):
                given = {datum.core: spare[datum.core], **given}
            value = given.get(datum.core)
            if any(bar.certain and bar.stops(value, user) for bar in datum.barred):
                given = {**given, datum.core: spare[datum.core]}
    return given


def _user(given: Mapping[str, Any], implied: Mapping[str, str], data: Iterable[Datum]) -> User:
    """The user with these data by path; an object that lacks what the core demands is left out."""
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
