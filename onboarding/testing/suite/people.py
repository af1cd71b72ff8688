"""The law of people: what is sent depends on no order and no ref, and no field is lost unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.people import PEOPLE
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner, attempt
from onboarding.testing.strategies import changed, values_at
from onboarding.testing.subject import Subject, others_of, tolerant, wires_of
from onboarding.values.base import trust

__all__ = ["people"]

REFS = ("zed", "yve", "xavier", "walt", "vera", "uma", "theo", "sue")


def has_people(subject: Subject) -> bool:
    """Returns whether a variant sends people of a user."""
    return subject.has_operations("create_user", "wire_for") and any(
        wire.plan.slots.paths or wire.plan.about.is_elsewhere(PEOPLE)
        for adapter in subject.variants.values()
        for wire in wires_of(adapter)
    )


@law(
    "what is sent depends neither on the order of people nor on their refs, and what no request "
    "sends of a person is in the losses",
    has_people,
)
def people(runner: Runner) -> None:
    def check(drawn: tuple[Case, Any]) -> None:
        case, data = drawn
        if len({*_roles(case.user)}) < len([*_roles(case.user)]):
            return  # of two people in a role, a provider may take the first
        order = data.draw(st.permutations(range(len(case.user.people))))
        other = _in_order(case.user, order)
        adapter = tolerant(case.adapter)
        one, same = (attempt(adapter.create_user, user) for user in (case.user, other))
        if isinstance(one, OnboardingError) or one is None:
            assert type(same) is type(one), "refused by the order or the refs of people"
            return
        assert not isinstance(same, OnboardingError), "refused by the order or the refs of people"
        assert same is not None
        for name in ("url", "body", "headers"):
            told = f"the {name} of the request depends on the order or the refs of people"
            assert getattr(one, name) == getattr(same, name), told

    cases = st.tuples(runner.cases(), st.data())
    if not any(map(_person_of, runner.subject.variants.values())):
        runner.for_all(cases, check)
        return
    runner.for_all(cases, check, share=2)
    complete = st.tuples(runner.cases(complete=True), st.data())
    runner.for_all(complete, lambda drawn: _lost(runner, *drawn), share=2)


def _person_of(adapter: Adapter) -> Translation[Person] | None:
    """Returns the translation of people who have requests of their own."""
    elsewhere = any(wire.plan.about.is_elsewhere(PEOPLE) for wire in wires_of(adapter))
    return next((one for one in others_of(adapter) if elsewhere and one.plan.root is Person), None)


def _lost(runner: Runner, case: Case, data: st.DataObject) -> None:
    """Checks that a field that is given to a person is reported if the person's class lacks it."""
    wire = _person_of(case.adapter)
    if wire is None or not case.user.people:
        return
    first, *others = case.user.people
    path = data.draw(st.sampled_from(sorted(dict(wire.plan.lost_leaves(On.CREATE)))))
    person = changed(first, path, data.draw(values_at(path, Person)))
    if lookup(person, path) in EMPTY:
        return
    user = trust(User, {**vars(case.user), "people": (person, *others)})
    told = {loss.core_path for loss in runner.begin(case.adapter, "create_user", user).losses}
    whose = f"{PEOPLE}[{first.ref}]"
    assert told & {f"{whose}.{path}", whose}, f"a person's {path} is lost unseen"


def _roles(user: User) -> Iterator[str]:
    for person in user.people:
        yield from person.roles


def _in_order(user: User, order: list[int]) -> User:
    found = [
        trust(Person, {**vars(user.people[place]), "ref": ref})
        for place, ref in zip(order, REFS, strict=False)
    ]
    return trust(User, {**vars(user), "people": tuple(found)})
