"""Hypothesis strategies for the users that a wire class says it carries.

All is read off the declaration: limits, patterns, vocabularies, what is required when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onboarding.mapping.paths import Condition, class_at, lookup, model_below
from onboarding.mapping.plan import EXTRAS, Datum
from onboarding.mapping.rows import On, Row
from onboarding.mapping.translation import Translation
from onboarding.model.base import checks_of, required_of
from onboarding.model.user import User
from onboarding.testing.strategies import check_at, extra_values, texts, values_at

__all__ = ["carried_users", "carried_values", "holds"]

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


def holds(condition: Condition | None, datum: Datum, user: User) -> bool:
    """Whether a condition of a row holds.

    It speaks of the object around the datum, or of the user.
    """
    if condition is None:
        return False
    above = datum.core.rpartition(".")[0]
    heads = {path.partition(".")[0] for path, _ in condition.cases}
    if above and not above.startswith(EXTRAS) and heads <= set(checks_of(class_at(above))):
        return condition.holds(lookup(user, above))
    return condition.holds(user)


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
    return _user(_completed(data, values, spare, implied) if complete else values, implied, data)


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
    some = {
        datum.core: own[datum.core] if datum.core in own else carried_values(datum)
        for datum in data
    }
    wanted = {d.core: some[d.core] for d in data if d.row.required is not None}
    return data, st.fixed_dictionaries({}, optional=some), st.fixed_dictionaries(wanted)


def _completed(data: list[Datum], given: Tree, spare: Tree, implied: Mapping[str, str]) -> Tree:
    """Adds what is required; twice, for what is added may demand more."""
    for _ in range(2):
        user = _user(given, implied, data)
        there: set[tuple[Row, ...]] = {d.parents for d in data if d.core in given}
        for datum in data:
            demanded = all(holds(parent.required, datum, user) for parent in datum.parents)
            if (demanded or datum.parents in there) and holds(datum.row.required, datum, user):
                given = {datum.core: spare.get(datum.core), **given}
    return {core: value for core, value in given.items() if value is not None}


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
