"""Paysera's user object, as a request registers it and as a response shows it.

docs: guides/wallet/user-information/user-resource
"""

from __future__ import annotations

from typing import Any

from onboarding import Address, Identity, Password, User
from onboarding.spi import (
    ALWAYS,
    EMAIL,
    ISO_DATE,
    JSON,
    LINK_CHARACTER,
    LINK_START,
    LOWER_COUNTRY,
    NEVER,
    PHONE_DIGITS,
    TEXT,
    Consequence,
    EffectKind,
    On,
    Pattern,
    at,
    core,
    extra,
    inside,
    judged,
    not_applicable,
    one_of,
    record_only,
    some,
    wire,
)

from onboarding_paysera.wire.vocabulary import CODE, CREDENTIALS, GENDER, LOCALE, PEP

__all__ = [
    "WITH_CODE",
    "AddressedUser",
    "PayseraAddress",
    "PayseraIdentity",
    "PayseraUser",
]

A = core(Address)
ID = core(Identity)
U = core(User)
I = some(U.identity)  # noqa: E741
C = some(U.company)

CHANGE = On.CREATE | On.UPDATE

LEFT_OUT = (
    not_applicable(U.category, "Paysera knows no payers and owners"),
    not_applicable(U.terms, "Paysera obtains the acceptance of its terms itself"),
    not_applicable(U.documents, "documents are submitted by a separate call"),
    not_applicable(U.reference, "Paysera's user object has no field for an id of the platform"),
)
CONTACT = one_of(
    U.email,
    U.phone,
    words="an e-mail address or a phone number is required",
    source="docs: user-resource, Register User; other required fields are not documented",
)
PASSWORD = judged(
    Password,
    words="a password may be too short or too risky",
    source="docs: user-resource, Register User, errors",
)
CARD = judged(dict, words="the form of a card is not documented")
# docs: payment/generator, link
WITH_CODE = Pattern(
    rf"{LINK_START}{LINK_CHARACTER}*\{{code\}}{LINK_CHARACTER}*",
    "a link of http, https or an app, in ASCII, with {code} in it",
)
PARTS = "the documented example has all four fields, in the official client each is optional"
NAMES = f"{PARTS}; no value is documented for a person with one name: leave the other name out"
CONFIRMS = (
    Consequence(
        kind=EffectKind.CONFIRMS,
        words="the user must confirm the address by a code",
        source="docs: user-resource, Response Fields: contacts are shown once confirmed",
    ),
)
RECEIPT = (
    Consequence(
        kind=EffectKind.DUTY,
        words="the receipt of identification must be printed",
        source="docs: user-resource, Provide Identity",
    ),
)
IMPLIED = ((some(I.national_id).country, I.nationality),)


@wire(source="docs: user-resource, Response Structure, address")
class PayseraAddress:
    """The address: street and house are one line, there is no region."""

    country: str | None = at(A.country, LOWER_COUNTRY, required_when=ALWAYS)
    city: str | None = at(A.city, TEXT, required_when=ALWAYS)
    street: str | None = at(A.line1, TEXT, required_when=ALWAYS)
    post_index: str | None = at(A.postal_code, TEXT)


@wire(source="docs: user-resource, Register User and Provide Identity, identity")
class PayseraIdentity:
    """The verified identity. With only the scope `full_name`, only the names are returned."""

    name: str | None = at(
        ID.given_name,
        TEXT,
        scope="identity full_name",
        required_when=ALWAYS,
        uncertain=NAMES,
        effects=RECEIPT,
    )
    surname: str | None = at(
        ID.family_name,
        TEXT,
        scope="identity full_name",
        required_when=ALWAYS,
        uncertain=NAMES,
        effects=RECEIPT,
    )
    nationality: str | None = at(
        ID.nationality,
        LOWER_COUNTRY,
        scope="identity",
        required_when=ALWAYS,
        uncertain=PARTS,
        effects=RECEIPT,
    )
    code: str | None = at(
        some(ID.national_id).code,
        CODE,
        scope="identity",
        required_when=ALWAYS,
        uncertain=PARTS,
        effects=RECEIPT,
    )


@wire(source="docs: user-resource, parameters")
class PayseraParameters:
    """The parameters of a registration."""

    phone_link: str | None = at(extra("paysera", "phone_link"), TEXT, pattern=WITH_CODE)
    email_link: str | None = at(extra("paysera", "email_link"), TEXT, pattern=WITH_CODE)
    scopes: list[str] | None = at(extra("paysera", "scopes"), JSON)


@wire(
    source="docs: user-resource",
    not_supported=LEFT_OUT,
    implied=IMPLIED,
    one_of_required=(CONTACT,),
)
class PayseraUser:
    """A user. A field that is empty, or for which the client has no scope, is not returned.

    An update sends the e-mail address with the identity, as the documented example does.
    """

    id: int | None = record_only(int)
    email: str | None = at(
        U.email, EMAIL, scope="email", on=CHANGE, always_send=True, effects=CONFIRMS
    )
    phone: str | None = at(U.phone, PHONE_DIGITS, scope="phone", on=On.CREATE)
    locale: str | None = at(  # not in the documented answer; the official PHP client reads it
        U.locale, LOCALE, on=On.CREATE, shown=False
    )
    address: PayseraAddress | None = inside(
        PayseraAddress, some(U.address), on=NEVER, scope="address"
    )
    dob: str | None = at(I.birthdate, ISO_DATE, on=NEVER, scope="dob")
    gender: str | None = at(I.gender, GENDER, on=NEVER, scope="gender")
    identity: PayseraIdentity | None = inside(PayseraIdentity, I, send_whole=True, on=CHANGE)
    identification_level: str | None = record_only(str, scope="identification_level")
    calculated_level: str | None = record_only(str, scope="identification_level")
    type: str | None = record_only(str)
    company_code: str | None = at(C.registration_number, TEXT, on=NEVER)
    display_name: str | None = record_only(str)
    wallets: list[int] | None = record_only(list[int], scope="wallet_list")
    options: dict[str, Any] | None = record_only(dict[str, Any])
    pep: list[dict[str, Any]] | None = at(
        U.political_exposures, PEP, on=NEVER, scope="pep politically_exposed_persons"
    )
    deletion_request_at: str | None = record_only(str)
    credentials: dict[str, str] | None = at(
        U.credentials,
        CREDENTIALS,
        on=On.CREATE,
        shown=False,
        required_when=ALWAYS,
        uncertain="conditional: the documents do not say when it is required",
        disallowed=(PASSWORD,),
    )
    card: dict[str, Any] | None = at(
        extra("paysera", "card"), JSON, on=On.CREATE, shown=False, disallowed=(CARD,)
    )
    parameters: PayseraParameters | None = inside(PayseraParameters, on=On.CREATE, shown=False)


@wire(
    source="the official PHP client, which sends an address; the documents do not name it",
    not_supported=LEFT_OUT,
    implied=IMPLIED,
    one_of_required=(CONTACT,),
)
class AddressedUser(PayseraUser):
    """A user whose address is sent too (setting `sends_address`)."""

    address: PayseraAddress | None = inside(
        PayseraAddress, some(U.address), on=CHANGE, send_whole=True, scope="address"
    )
