"""People in a mapping: paths of a role, the names of persons in paths, pairs of people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from attrs import frozen

from onboarding.mapping.paths import leaves, lookup
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.values.base import Model, named_in, step_of

__all__ = [
    "PEOPLE",
    "Pair",
    "Slots",
    "heads",
    "is_of_people",
    "leaves_of",
    "named",
    "pairs",
    "person_leaves",
]

PEOPLE = "people"
"""The path of the people of a user."""

KEPT_APART = frozenset({"ref", "roles"})
"""The fields of a person that say which person it is: a role decides where it is written."""


def is_of_people(path: str) -> bool:
    """Whether it is the path of a person, or of a field of one."""
    return path.startswith(f"{PEOPLE}[")


@cache
def person_leaves() -> tuple[str, ...]:
    """Returns the paths of the fields of a person, without `ref` and `roles`."""
    return tuple(leaf for leaf in leaves(Person) if leaf not in KEPT_APART)


def leaves_of(user: User) -> Iterator[str]:
    """Yields the path of each field of a user, with those of each of its people."""
    for path in leaves(User):
        if path != PEOPLE:
            yield path
            continue
        for person in user.people:
            yield from (f"{PEOPLE}[{person.ref}].{leaf}" for leaf in ("roles", *person_leaves()))


def named(path: str, user: Model) -> str:
    """Returns a path with the `ref` of the person that has the role in it."""
    if not is_of_people(path):
        return path
    head, dot, rest = path.partition(".")
    person = lookup(user, head)
    return path if person is None else f"{PEOPLE}[{person.ref}]{dot}{rest}"


def heads(path: str, user: User) -> tuple[str, ...]:
    """Returns the path of each person with the role in a path; that of the role if none has it."""
    head = path.partition(".")[0]
    _, key = step_of(head)
    found = (f"{PEOPLE}[{one.ref}]" for one in user.people if one.answers_to(key))
    return tuple(found) or (head,)


@frozen
class Slots:
    """The roles whose person a wire class maps, as paths such as `people[representative]`."""

    paths: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the roles."""
        return tuple(step_of(path)[1] for path in self.paths)

    def mapped(self, path: str, user: Model) -> str:
        """Returns the path of the declaration for a path that names a person by `ref`."""
        if not self.paths or not is_of_people(path):
            return path
        head, dot, rest = path.partition(".")
        person = lookup(user, head)
        for slot in self.paths if person is not None else ():
            if lookup(user, slot) is person:
                return f"{slot}{dot}{rest}"
        return path


@frozen
class Pair:
    """A person before and after a change; `key` is the role that both are mapped for."""

    before: Person | None
    after: Person | None
    path: str
    key: str = ""

    @property
    def other_roles(self) -> bool:
        """Whether they differ in the roles beside that of the mapping."""
        was, now = ({*one.roles} if one else set[str]() for one in (self.before, self.after))
        return was - {self.key} != now - {self.key}


def pairs(
    before: tuple[Person, ...], after: tuple[Person, ...], slots: Slots | None
) -> Iterator[Pair]:
    """Yields the people in two users that are the same person, in any order.

    Those in a role of `slots` are paired by this role; the others by `ref`, then by a `ref` of a
    provider, which is the name of a role.
    """
    old, new = list(before), list(after)
    for key in slots.keys if slots is not None else ():
        was, now = named_in(before, key), named_in(after, key)
        if was is not None or now is not None:
            yield Pair(was, now, f"{PEOPLE}[{key}]", key)
            old, new = [x for x in old if x is not was], [x for x in new if x is not now]
    by_ref = {person.ref: person for person in old}
    rest = [person for person in new if person.ref not in by_ref]
    for now in new:
        if (was := by_ref.pop(now.ref, None)) is not None:
            yield Pair(was, now, f"{PEOPLE}[{now.ref}]")
    for now in rest:
        was = _counterpart(now, by_ref.values())
        if was is not None:
            del by_ref[was.ref]
        both = [now] if was is None else [was, now]
        own = [one.ref for one in both if one.ref not in one.roles]  # not of a provider
        yield Pair(was, now, f"{PEOPLE}[{min(own or [one.ref for one in both])}]")
    for was in by_ref.values():
        yield Pair(was, None, f"{PEOPLE}[{was.ref}]")


def _counterpart(person: Person, others: Iterable[Person]) -> Person | None:
    found = (one for one in others if one.ref in person.roles or person.ref in one.roles)
    return next(found, None)
