"""What an account has beyond the core's fields: extras, its people and their ids, status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import attrs
from attrs import frozen
from onboarding import Absence, Company, InvalidInput, Loss, Person, User, UserRecord, UserStatus
from onboarding.spi import (
    Adapter,
    Response,
    Translation,
    WebUrl,
    as_object,
    moment,
    reference,
    translation,
    trust,
)

from onboarding_stripe.requirements import Naming, requirements
from onboarding_stripe.values import PROVIDER
from onboarding_stripe.wire.account import CompanyAccount, IndividualAccount
from onboarding_stripe.wire.capabilities import capabilities, levels
from onboarding_stripe.wire.person import PROVIDED, RELATIONS, StripePerson

__all__ = [
    "ABSENT",
    "INDIVIDUAL",
    "StripeExtras",
    "is_legal",
    "opener_of",
    "record",
    "shape_of",
    "standing",
]

ABSENT = {role: f"people[{role}]" for role in PROVIDED}
"""The paths that a company declares absent if it has nobody in a role."""

INDIVIDUAL = "individual.id"
"""The name of the reference to the only person of an individual's account."""


@frozen(kw_only=True, repr=False)  # its values are a user's
class StripeExtras:
    """Fields of a user that only Stripe has: `User.extras["stripe"]`.

    - `mcc`: the merchant category code of the user's business, four digits;
    - `product_description`, `url`: what the user sells, and where;
    - `support_phone`: the number that the user's customers can call;
    - `structure`: the legal structure of a company, by Stripe's words;
    - `registration_number`: of a company, where it is not its number for taxes (`tax_id`);
    - `terms_user_agent`: the browser in which the user accepted Stripe's terms.
    """

    mcc: str | None = None
    product_description: str | None = None
    url: WebUrl | None = None
    support_phone: str | None = None
    structure: str | None = None
    registration_number: str | None = None
    terms_user_agent: str | None = None

    def plain(self) -> dict[str, dict[str, Any]]:
        """Returns the value for a user: `User(extras=StripeExtras(...).plain())`."""
        return {"stripe": attrs.asdict(self, filter=lambda _, value: value is not None)}


# docs: api/accounts/object, business_type
_LEGAL = ("company", "non_profit", "government_entity")


def is_legal(payload: Mapping[str, Any]) -> bool:
    """Whether an account is of a legal person, also by a word that is unknown.

    The user of an account without a business type may still choose one, on Stripe's pages.
    """
    word = payload.get("business_type")
    known = word in (*_LEGAL, "individual", None)
    return word in _LEGAL if known else "company" in payload and "individual" not in payload


def shape_of(payload: Mapping[str, Any]) -> Translation:
    """Returns the translation of an account, recognised by its business type."""
    return translation(CompanyAccount if is_legal(payload) else IndividualAccount, PROVIDER)


def record(
    adapter: Adapter,
    payload: Mapping[str, Any],
    response: Response,
    *,
    persons: Sequence[Mapping[str, Any]] | Absence = Absence.NOT_RETURNED,
    losses: tuple[Loss, ...] = (),
) -> UserRecord:
    """Returns the record of an account; `persons` are those of a company, or why they are absent.

    A person that has no role is not among the people of the user, but among the references.
    """
    read = () if isinstance(persons, Absence) else persons
    found = adapter.record(
        shape_of(payload),
        payload,
        response,
        id="id",
        references=(INDIVIDUAL,),
        created_at=moment(payload.get("created")),
        status=_status(payload),
        losses=losses,
        **levels(payload, *opener_of(payload, read), adapter.policy),
    )
    if is_legal(payload):
        found = _with_people(found, read, persons if isinstance(persons, Absence) else None)
    return trust(UserRecord, {**vars(found), **standing(found)})


def opener_of(
    payload: Mapping[str, Any], persons: Iterable[Mapping[str, Any]]
) -> tuple[str, Mapping[str, Any]]:
    """Returns the name and the object of the person who opened an account, empty if not shown."""
    if not is_legal(payload):
        return "individual", as_object(payload.get("individual"))
    relation = ((one, as_object(one.get("relationship"))) for one in persons)
    found = (one for one, flags in relation if flags.get("representative") is True)
    return "people[representative]", next(found, as_object(None))


def standing(record: UserRecord, objects: Mapping[str, Mapping[str, Any]] = {}) -> dict[str, Any]:
    """Returns what an account owes and what it may do; `objects` are its capability objects."""
    people = {id: name for name, id in record.references.items()}
    naming = Naming(shape_of(record.raw), translation(StripePerson, PROVIDER, Person), people)
    due = requirements(record.raw, naming, objects)
    return {"requirements": due, "capabilities": capabilities(record.raw, due, objects)}


def _with_people(
    found: UserRecord, persons: Iterable[Mapping[str, Any]], unread: Absence | None
) -> UserRecord:
    """Returns the record of a company with its persons, or why they are absent."""
    references, absent, people = dict(found.references), dict(found.absent), list[Person]()
    if unread is not None:
        absent["people"] = unread
    for shown in persons:
        person, why = _person(shown, {one.ref for one in people})
        references[f"people[{person.ref}]"] = reference(shown.get("id")) or ""
        if person.roles:
            people.append(person)
            absent |= {f"people[{person.ref}].{path}": one for path, one in why.items()}
    company = found.user.company or Company()
    facts: dict[str, Any] = {"company": company, "people": tuple(people)}
    if unread is None:
        facts["declared_absent"] = _declared(found, people)
    user = trust(User, {**vars(found.user), **facts})
    return trust(
        UserRecord, {**vars(found), "user": user, "references": references, "absent": absent}
    )


def _declared(found: UserRecord, people: Iterable[Person]) -> frozenset[str]:
    """Returns the roles that a company declared absent: all were provided, and there are none."""
    given = {role for person in people for role in person.roles}
    shown = found.provider_fields
    return frozenset(
        ABSENT[role]
        for role, flag in PROVIDED.items()
        if shown.get(f"company.{flag}") is True and role not in given
    )


def _person(shown: Mapping[str, Any], taken: set[str]) -> tuple[Person, dict[str, Absence]]:
    """Returns a person, and why its empty fields are empty.

    Its `ref` is that of the metadata, or the id if the platform wrote none that can be used.
    """
    wire = translation(StripePerson, PROVIDER, Person)
    found, unmapped = wire.from_wire(shown)
    flags = as_object(shown.get("relationship"))
    roles = tuple(role for role, flag in RELATIONS.items() if flags.get(flag) is True)
    ref = reference(shown.get("id")) or ""
    with suppress(InvalidInput):
        own: Any = as_object(shown.get("metadata")).get("ref")
        ref = Person(ref=ref if own in taken else own, roles=roles).ref
    person = trust(Person, {**vars(found), "ref": ref, "roles": roles})
    return person, wire.absent(found, shown, unmapped=unmapped)


def _status(payload: Mapping[str, Any]) -> UserStatus:
    """Returns the status of an account: a rejection is final (docs: api/account/reject)."""
    reason = as_object(payload.get("requirements")).get("disabled_reason")
    rejected = isinstance(reason, str) and reason.startswith("rejected.")
    return UserStatus.CLOSED if rejected else UserStatus.ACTIVE
