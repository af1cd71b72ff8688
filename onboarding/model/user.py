"""Users: natural and legal persons, their company and their people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self, TypeGuard, cast

from attrs import field, frozen

from onboarding.errors import Problem
from onboarding.model.credentials import MigratedHash, Password
from onboarding.model.declared import gives, is_given, is_path
from onboarding.model.documents import Document
from onboarding.model.people import Address, Identity, Person, extras_problems
from onboarding.model.shapes import Email, Extras, IpAddress, Locale, PastDate, Phone, Text, WebUrl
from onboarding.model.stored import Stored
from onboarding.serialization import parse
from onboarding.values.base import Model, Shape

__all__ = [
    "Company",
    "IncomeBracket",
    "LegalPersonType",
    "PersonType",
    "PoliticalExposure",
    "Terms",
    "User",
    "UserCategory",
    "is_core_path",
]


@frozen(kw_only=True, slots=False, repr=False)
class PoliticalExposure(Model):
    """A politically exposed person: the user, or someone close to the user."""

    name: Text | None = None
    """The name of the exposed person. Example: `Jonas Šimkus`."""
    relation: Text | None = None
    """How the exposed person is related to the user. Example: `spouse`."""
    positions: tuple[Text, ...] = ()
    """The public positions of the exposed person. Example: `["Member of parliament"]`."""


class LegalPersonType(StrEnum):
    """The legal form, as far as onboarding rules distinguish it."""

    BUSINESS = "business"
    """A company that trades."""
    ORGANIZATION = "organization"
    """An association, foundation or other non-profit body."""
    PARTNERSHIP = "partnership"
    """A partnership."""
    SOLETRADER = "soletrader"
    """One person who trades in their own name."""


@frozen(kw_only=True, slots=False, repr=False)
class Company(Model):
    """The data of a legal person."""

    MOVED: ClassVar[Mapping[str, str]] = {
        "representative": "is now a person in `people` with the role representative",
        "beneficial_owners": "are now persons in `people` with the role beneficial_owner",
    }
    """The names of earlier versions, each with what takes its place."""

    legal_name: Text | None = None
    """The registered name. Example: `Moreau SAS`."""
    legal_person_type: LegalPersonType | None = None
    """The legal form. Example: `business`."""
    registration_number: Text | None = None
    """The number in the company register. Example: `123456789`."""
    vat_number: Text | None = None
    """The number for value added tax, with its country prefix if it has one.

    Example: `FR40123456789`.
    """
    trade_name: Text | None = None
    """The name under which the company trades. Example: `Chez Moreau`."""
    website: WebUrl | None = None
    """The company's website, an absolute URL. Example: `https://moreau.example`."""
    incorporated_on: PastDate | None = None
    """When the company was founded in law. Example: `2012-05-30`."""
    headquarters: Address | None = None
    """The address of the registered office."""


class PersonType(StrEnum):
    """Whether a user is a natural or a legal person."""

    NATURAL = "natural"
    """A human being."""
    LEGAL = "legal"
    """A company or another body."""


class UserCategory(StrEnum):
    """The role of a user: pays, is also paid, or is the platform itself."""

    PAYER = "PAYER"
    """Pays."""
    OWNER = "OWNER"
    """Pays and is paid."""
    PLATFORM = "PLATFORM"
    """Is the platform itself."""


class IncomeBracket(StrEnum):
    """Yearly income in thousands of euros."""

    UNDER_18K = "under_18k"
    FROM_18K_TO_30K = "18k_to_30k"
    FROM_30K_TO_50K = "30k_to_50k"
    FROM_50K_TO_80K = "50k_to_80k"
    FROM_80K_TO_120K = "80k_to_120k"
    OVER_120K = "over_120k"


@frozen(kw_only=True, slots=False, repr=False)
class Terms(Model):
    """Whether the user accepted the provider's terms, when, from where, and which version."""

    accepted: bool
    """Whether the user accepted the terms. Example: `true`."""
    accepted_at: datetime | None = None
    """When the user accepted, an aware datetime. Example: `2026-10-01T08:29:58Z`."""
    ip_address: IpAddress | None = None
    """The address from which the user accepted. Example: `198.51.100.7`."""
    version: Text | None = None
    """The version of the terms. Example: `2026-01`."""


def _same_refs(people: object) -> list[Problem]:
    """Returns a problem for each person whose ref an earlier person has."""
    given = cast("tuple[object, ...]", people) if isinstance(people, tuple) else ()
    refs = [person.ref for person in given if isinstance(person, Person)]
    return [
        Problem(f"people[{ref}].ref", "conflict", "is the ref of two people")
        for ref in sorted({ref for ref in refs if refs.count(ref) > 1})
    ]


def is_core_path(path: object) -> TypeGuard[str]:
    """Whether it is the path of a field or an object of the user, without extras."""
    if not isinstance(path, str) or path.partition(".")[0] in ("extras", "declared_absent"):
        return False
    return is_path(User, path)


CorePath = Annotated[
    str,
    Shape("core_path", "the path of a field of the user, such as company.vat_number", is_core_path),
]
"""The path of a field or an object of the user."""


@frozen(kw_only=True, slots=False, repr=False)
class User(Stored, form="user/1"):
    """A natural or a legal person.

    A user with a `company` is a legal person: `identity` is empty, and its `people` are those who
    own it and act for it. `extras` has the fields of single
    providers, by provider name; the adapter's class (`MangoPayExtras` ...) defines them.

    Raises `InvalidInput`, which lists the problems of its own fields by path, without values.
    """

    identity: Identity | None = None
    """Who a natural person is; empty for a legal person."""
    company: Company | None = None
    """The facts of a legal person; empty for a natural person."""
    people: tuple[Person, ...] = ()
    """The persons around the user with their roles, such as a representative or a guardian."""
    address: Address | None = None
    """Where a natural person lives."""
    email: Email | None = None
    """E-mail address for messages of the provider. Example: `ona@example.com`."""
    phone: Phone | None = None
    """Phone number, E.164. Example: `+37061234567`."""
    locale: Locale | None = None
    """The language of the provider's messages and pages, BCP 47. Example: `lt`."""
    category: UserCategory | None = None
    """What the user may do. Example: `OWNER`."""
    terms: Terms | None = None
    """Whether the user accepted the provider's terms."""
    occupation: Text | None = None
    """The user's work. Example: `Carpenter`."""
    income_bracket: IncomeBracket | None = None
    """Yearly income. Example: `18k_to_30k`."""
    politically_exposed: bool | None = None
    """Whether the user is politically exposed, by the user's own statement. Example: `false`."""
    political_exposures: tuple[PoliticalExposure, ...] = ()
    """The exposed persons: the user, or someone close to the user."""
    credentials: Password | MigratedHash | None = None
    """The user's own login: a password, or a hash moved from another system."""
    documents: tuple[Document, ...] = ()
    """Documents that a requirement can be met by; `submit_document` sends them."""
    tag: Text | None = None
    """A text of the platform's own, kept by the provider. Example: `customer 7`."""
    reference: Text | None = None
    """The user's id in the platform's own system, where the provider can keep one.

    Example: `customer-1712`.
    """
    declared_absent: frozenset[CorePath] = frozenset()
    """Paths of fields that do not exist for the user, by the user's own statement.

    Example: `["company.vat_number"]`.
    """
    extras: Extras = field(factory=dict[str, Any])
    """Data of one provider, by its name.

    Example: `{"mangopay": {"sca_context": "USER_PRESENT"}}`.
    """

    @property
    def person_type(self) -> PersonType:
        """`LEGAL` for a user with a company, else `NATURAL`."""
        return PersonType.NATURAL if self.company is None else PersonType.LEGAL

    def is_declared_absent(self, path: str) -> bool:
        """Whether the user stated that the field at a path, or the object around it, is absent."""
        return any(
            path == one or path.startswith((f"{one}.", f"{one}[")) for one in self.declared_absent
        )

    def replace(self, changes: Mapping[str, object] | None = None, /, **fields: object) -> Self:
        """Returns a copy with these changes; only the changed fields are checked.

        Keys are field names or paths: `user.replace({"address.city": "Kaunas"}, email=None)`. Other
        fields may keep values of a provider that are not valid input. A field that gets a value is
        no longer in `declared_absent`.

        Raises `InvalidInput`, which lists every problem by path.
        """
        given = {**(changes or {}), **fields}
        left = frozenset(path for path in self.declared_absent if not gives(given, path))
        if left != self.declared_absent and "declared_absent" not in given:
            given["declared_absent"] = left
        return super().replace(given)

    @classmethod
    def rules(cls, values: Mapping[str, Any]) -> list[Problem]:
        found: list[Problem] = []
        if values.get("identity") is not None and values.get("company") is not None:
            text = "a legal person's people belong in people"
            found.append(Problem("identity", "conflict", text))
        found += _same_refs(values.get("people"))
        declared: object = values.get("declared_absent")
        if isinstance(declared, frozenset):
            paths = filter(is_core_path, cast("frozenset[object]", declared))
            found += [
                Problem(path, "conflict", "has a value and is declared absent")
                for path in sorted(paths)
                if is_given(values, path)
            ]
        return found + extras_problems(values.get("extras"))

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> User:
        """Parses plain data, such as a form or a JSON line.

        Keys are field names, dates are ISO 8601, enum members are given by value, bytes are base64.
        Blanks at both ends of a text are stripped, except of secrets. A phone number may contain
        blanks and is normalised to E.164.

        Raises `InvalidInput`, which lists every problem by path, without values.
        """
        return parse(data, cls)
