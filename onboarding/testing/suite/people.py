"""The law of people: what is sent depends neither on their order nor on their refs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from onboarding.errors import OnboardingError
from onboarding.mapping.people import PEOPLE
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner, attempt
from onboarding.testing.subject import Subject, tolerant, wires_of
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


@law("what is sent depends neither on the order of people nor on their refs", has_people)
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

    runner.for_all(st.tuples(runner.cases(), st.data()), check)


def _roles(user: User) -> Iterator[str]:
    for person in user.people:
        yield from person.roles


def _in_order(user: User, order: list[int]) -> User:
    found = [
        trust(Person, {**vars(user.people[place]), "ref": ref})
        for place, ref in zip(order, REFS, strict=False)
    ]
    return trust(User, {**vars(user), "people": tuple(found)})
