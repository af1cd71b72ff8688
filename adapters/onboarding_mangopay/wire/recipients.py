"""MangoPay's recipient objects: new, registered, and the schema of their fields.

docs: api-reference/recipients
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen
from onboarding import Address, NextAction, Problem
from onboarding.spi import (
    FILLED,
    MOMENT,
    REFERENCE,
    Country,
    Currency,
    Model,
    Text,
    as_object,
    at,
    core,
    inside,
    shown,
    shown_as,
    some,
    translation,
    wire,
)

from onboarding_mangopay.values import PROVIDER, text, texts
from onboarding_mangopay.wire.accounts import AccountAddress
from onboarding_mangopay.wire.vocabulary import ScaContext

__all__ = [
    "PERSON",
    "NewRecipient",
    "PayoutMethod",
    "Recipient",
    "RecipientField",
    "RecipientScope",
    "RecipientType",
    "core_path",
    "facts_of",
    "read_schema",
    "write_recipient",
]


class PayoutMethod(StrEnum):
    """The method of a payout."""

    LOCAL = "LocalBankTransfer"
    INTERNATIONAL = "InternationalBankTransfer"


class RecipientType(StrEnum):
    """Whether the recipient is a person or a company."""

    INDIVIDUAL = "Individual"
    BUSINESS = "Business"


class RecipientScope(StrEnum):
    """Whether the recipient receives payouts, which requires SCA of an OWNER, or makes payins."""

    PAYOUT = "PAYOUT"
    PAYIN = "PAYIN"


@frozen(kw_only=True, slots=False, repr=False)
class Named(Model):
    """The name and the address of a recipient: of a person, or of a company."""

    given_name: Text | None = None
    family_name: Text | None = None
    business_name: Text | None = None
    address: Address | None = None


N = core(Named)


@wire(source="docs: create-recipient, IndividualRecipient and BusinessRecipient")
class RecipientPerson:
    """The object of a recipient's name and address."""

    FirstName: str | None = at(N.given_name, FILLED)
    LastName: str | None = at(N.family_name, FILLED)
    BusinessName: str | None = at(N.business_name, FILLED)
    Address: AccountAddress | None = inside(AccountAddress, some(N.address))


PERSON = translation(RecipientPerson, PROVIDER, Named)


@frozen(kw_only=True, slots=False, repr=False)
class NewRecipient(Named):
    """A recipient to be registered (docs: create-recipient).

    A person has `given_name` and `family_name`, a company `business_name`. `details` are the
    account's numbers, by the schema of the currency: `{"IBAN": ...}` for EUR, `{"SortCode": ...,
    "AccountNumber": ...}` for GBP, `{"AccountNumber": ..., "BIC": ...}` for an international
    transfer. `currency` is ISO 4217, `country` that of the account (alpha-2).
    """

    display_name: Text
    currency: Currency
    details: Mapping[str, Any]
    type: RecipientType = RecipientType.INDIVIDUAL
    method: PayoutMethod = PayoutMethod.LOCAL
    country: Country | None = None
    scope: RecipientScope | None = None
    sca_context: ScaContext | None = None
    tag: Text | None = None

    @classmethod
    def rules(cls, values: Mapping[str, Any]) -> list[Problem]:
        business = values.get("type") is RecipientType.BUSINESS
        others = ("given_name", "family_name") if business else ("business_name",)
        text = f"is not a field of {'a company' if business else 'a person'}"
        return [Problem(name, "conflict", text) for name in others if values.get(name) is not None]


@shown(source="docs: view-recipient")
@frozen(kw_only=True, slots=False, repr=False)
class Recipient(Named):
    """A recipient as MangoPay shows it (docs: view-recipient).

    `provider_status` is MangoPay's word: PENDING until the user completes the next action, then
    ACTIVE or CANCELED; DEACTIVATED is final. `type`, `method` and `scope` are MangoPay's words
    too. `payee_check` is the result of the payee verification (EUR within SEPA). Times are in UTC.
    """

    provider: str = PROVIDER
    gateway: str
    environment: str | None = None
    id: str = shown_as("Id", REFERENCE)
    user_id: str | None = shown_as("UserId", REFERENCE)
    provider_status: str | None = shown_as("Status", FILLED)
    display_name: str | None = shown_as("DisplayName", FILLED)
    type: str | None = shown_as("RecipientType", FILLED)
    method: str | None = shown_as("PayoutMethodType", FILLED)
    scope: str | None = shown_as("RecipientScope", FILLED)
    currency: str | None = shown_as("Currency", FILLED)
    country: str | None = shown_as("Country", FILLED)
    details: Mapping[str, Any] = field(factory=dict[str, Any])
    tag: str | None = shown_as("Tag", FILLED)
    payee_check: str | None = None
    created_at: datetime | None = shown_as("CreationDate", MOMENT)
    retrieved_at: datetime | None = None
    next_actions: tuple[NextAction, ...] = ()
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        status = f"provider_status={self.provider_status!r}"
        return f"Recipient({self.provider}/{self.gateway}, id={self.id!r}, {status})"


@frozen(kw_only=True)
class RecipientField:
    """The rules of one field of a recipient (docs: view-recipient-schema).

    `path` is the field of `NewRecipient` (`details.IBAN`), `wire_path` is MangoPay's name. Lengths
    are in characters, `pattern` is a regular expression.
    """

    path: str
    wire_path: str
    required: bool
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    allowed: tuple[str, ...] = ()
    label: str | None = None


_TOP = {
    "DisplayName": "display_name",
    "PayoutMethodType": "method",
    "RecipientType": "type",
    "Currency": "currency",
    "Country": "country",
    "RecipientScope": "scope",
    "ScaContext": "sca_context",
    "Tag": "tag",
}


def write_recipient(new: NewRecipient) -> dict[str, Any]:
    """Returns the body that registers or validates a recipient."""
    told = {wire: getattr(new, name) for wire, name in _TOP.items()}
    body: dict[str, Any] = {wire: str(value) for wire, value in told.items() if value is not None}
    body[f"{new.type}Recipient"], _ = PERSON.to_wire(new)
    account = dict(new.details)
    body[new.method] = {new.currency: account} if new.method is PayoutMethod.LOCAL else account
    return body


def core_path(wire_path: str) -> str | None:
    """Returns the path in `NewRecipient` of a field of MangoPay's."""
    if wire_path in _TOP:
        return _TOP[wire_path]
    head, *rest = wire_path.split(".")
    if head in ("IndividualRecipient", "BusinessRecipient"):
        return PERSON.core_path(".".join(rest))
    if head == PayoutMethod.LOCAL:
        rest = rest[1:]  # the currency
    elif head != PayoutMethod.INTERNATIONAL:
        return None
    return ".".join(["details", *rest])


def facts_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the facts of a recipient whose keys depend on its type, method and currency."""
    person = {
        **as_object(payload.get("IndividualRecipient")),
        **as_object(payload.get("BusinessRecipient")),
    }
    account = as_object(payload.get("InternationalBankTransfer"))
    if local := as_object(payload.get("LocalBankTransfer")):
        account = as_object(local.get(text(payload.get("Currency")) or next(iter(local))))
    check = as_object(payload.get("RecipientVerificationOfPayee"))
    check_word = text(check.get("RecipientVerificationCheck"))
    return {**vars(PERSON.from_wire(person)[0]), "details": account, "payee_check": check_word}


def read_schema(payload: Mapping[str, Any], prefix: str = "") -> Iterator[RecipientField]:
    """Yields the fields of a schema, nested as a recipient; a rule has the key `Required`."""
    for name, value in payload.items():
        rule = as_object(value)
        wire_path = prefix + name
        if "Required" not in rule:
            yield from read_schema(rule, f"{wire_path}.")
            continue
        yield RecipientField(
            path=core_path(wire_path) or "",
            wire_path=wire_path,
            required=rule["Required"] is True,
            min_length=_length(rule.get("MinLength")),
            max_length=_length(rule.get("MaxLength")),
            pattern=text(rule.get("Pattern")),
            allowed=texts(rule.get("AllowedValues")),
            label=text(rule.get("Label")),
        )


def _length(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
