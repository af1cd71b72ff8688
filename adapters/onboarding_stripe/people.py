"""The people of a company at Stripe: read, and written by calls for persons (docs: api/persons).

The only person of an individual's account takes the nationality, which the account does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen
from onboarding import Absence, Forbidden, Loss, Person, PersonRole, User, UserRecord
from onboarding.spi import Flow, Translation, as_object, translation

from onboarding_stripe.keys import Keys
from onboarding_stripe.values import PROVIDER
from onboarding_stripe.wire.person import RELATIONS, StripePerson

__all__ = ["People", "Step", "steps_between"]


@frozen(kw_only=True)
class Step:
    """One call for a person: without an id it is created, without a body deleted."""

    ref: str
    """The person's `ref`, empty for an individual."""
    id: str | None = None
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    losses: tuple[Loss, ...] = ()

    def core_path(self, name: str) -> str | None:
        """Returns the core path of a parameter of the call."""
        if not self.ref:
            return "identity.nationality"
        if name.startswith("relationship.") and name.partition(".")[2] in RELATIONS.values():
            return f"people[{self.ref}].roles"
        found = person_wire().core_path(name)
        return f"people[{self.ref}].{found}" if found else None

    @property
    def about(self) -> str:
        """The core path of an error that names no parameter."""
        return f"people[{self.ref}]" if self.ref else "identity.nationality"


def person_wire() -> Translation[Person]:
    """Returns the translation of a person."""
    return translation(StripePerson, PROVIDER, Person)


def steps_between(record: UserRecord | None, user: User) -> Iterator[Step]:
    """Yields the calls that make the people of a record those of a user, in their order.

    People are recognised by `ref`. Who goes, goes first: shares add up to 100 percent at most, and
    a company has one representative.
    """
    before = {one.ref: one for one in record.user.people} if record is not None else {}
    ids: Mapping[str, str] = record.references if record is not None else {}
    after = {one.ref: one for one in user.people}
    for ref in before.keys() - after.keys():
        yield Step(ref=ref, id=ids.get(f"people[{ref}]", ""))
    kept = [(before[ref], one) for ref, one in after.items() if ref in before]
    for was, now in sorted(kept, key=lambda pair: PersonRole.REPRESENTATIVE in pair[1].roles):
        body, losses = person_wire().update(was, now)
        if flags := {RELATIONS[role]: role in now.roles for role in {*was.roles} ^ {*now.roles}}:
            body["relationship"] = {**as_object(body.get("relationship")), **flags}
        if body or losses:
            step = Step(ref=now.ref, id=ids.get(f"people[{now.ref}]", ""), body=body)
            yield evolve(step, losses=_of(now.ref, losses))
    for ref, one in after.items():
        if ref not in before:
            body, losses = person_wire().to_wire(one)
            flags = {RELATIONS[role]: True for role in one.roles}
            body["relationship"] = {**flags, **as_object(body.get("relationship"))}
            body["metadata"] = {"ref": ref}
            yield Step(ref=ref, body=body, losses=_of(ref, losses))


def _of(ref: str, losses: Iterable[Loss]) -> tuple[Loss, ...]:
    return tuple(evolve(loss, core_path=f"people[{ref}].{loss.core_path}") for loss in losses)


@frozen(kw_only=True)
class People(Keys):
    """The calls for persons."""

    def fetch_persons(self, operation: str, account: str) -> Flow[list[dict[str, Any]] | Absence]:
        """Fetches the persons of an account; `HIDDEN` if only the user may see them.

        docs: api/persons/list
        """
        try:
            return (yield from self.every(operation, "accounts", account, "persons"))
        except Forbidden:
            return Absence.HIDDEN

    def carry_out(
        self, operation: str, account: str, step: Step, key: str | None
    ) -> Flow[dict[str, Any]]:
        """Creates, changes or deletes a person (docs: api/persons/create, update, delete)."""
        place = ("accounts", account, "persons", *((step.id,) if step.id is not None else ()))
        if step.body is None:
            response = yield self.delete(operation, *place)
        else:
            request = self.post(operation, *place, body=step.body)
            once = key if step.id is None else None
            response = yield from self.keyed(request, once, account, step.about)
        return self.answer(response, step.core_path, step.about)
