"""Stripe's bank account object, one class per kind of account that the core has.

docs: api/external_account_bank_accounts/object, api/external_account_bank_accounts/create
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding.spi import (
    ALWAYS,
    FILLED,
    FORM_BODY,
    NEVER,
    REFERENCE,
    BankAccount,
    BankAccountRecord,
    Codec,
    DepositType,
    IbanAccount,
    Inline,
    Pattern,
    Translation,
    UkAccount,
    UsAccount,
    at,
    core,
    inside,
    not_applicable,
    part,
    record_only,
    split,
    translation,
    wire,
    words,
)

from onboarding_stripe.values import PROVIDER

__all__ = ["FORMS", "StripeBank"]

B = core(BankAccount)
I = core(IbanAccount)  # noqa: E741
G = core(UkAccount)
U = core(UsAccount)
R = core(BankAccountRecord)

_DEPOSIT = words(DepositType, {one: one.value for one in DepositType})
_LOWER: Codec[str, str] = Codec(
    "ISO 4217, lower case", str.upper, str.lower, "string", exact_read=False,
    inline=Inline(kind=str, read="{w}.upper()", differs="{v}.lower() != {w}", write="{v}.lower()"),
)  # fmt: skip


def _read_iban(value: tuple[Any, Any]) -> str:
    number, country = value
    if not isinstance(number, str) or number[:2] != country:
        raise ValueError("not an IBAN")
    return number


def _write_iban(value: str) -> tuple[str, str]:
    if not (value[:2].isascii() and value[:2].isalpha() and value[:2].isupper()):
        raise ValueError("an IBAN starts with the two capitals of its country")
    return value, value[:2]


_IBAN: Codec[str, Any] = Codec("an IBAN and its country", _read_iban, _write_iban, "any")

_LEFT_OUT = (not_applicable(B.owner_address, "Stripe pays out to accounts of the user alone"),)


@wire(source="docs: api/metadata")
class BankMetadata:
    """The platform's own facts about an account: at most 500 characters each."""

    tag: str | None = at(B.tag, FILLED, max=500)


@wire(source="docs: api/external_account_bank_accounts/create")
class OwnedBank:
    """The fields of every kind of account."""

    account_holder_name: str | None = at(B.owner_name, FILLED)
    currency: str | None = at(B.currency, _LOWER)
    metadata: BankMetadata | None = inside(BankMetadata)


@wire(
    source="docs: api/external_account_bank_accounts/create",
    format=FORM_BODY,
    not_supported=(*_LEFT_OUT, not_applicable(I.bic, "Stripe knows the bank by the IBAN")),
)
class IbanBank(OwnedBank):
    """An account with an IBAN."""

    account_number: str | None = split(
        I.iban, _IBAN, keys=("account_number", "country"), required_when=ALWAYS, shown=False
    )
    country: str | None = part()


@wire(
    source="docs: api/external_account_bank_accounts/create",
    format=FORM_BODY,
    not_supported=_LEFT_OUT,
)
class UkBank(OwnedBank):
    """An account in the United Kingdom."""

    routing_number: str | None = at(
        G.sort_code, FILLED, pattern=Pattern("[0-9]{6}", "6 digits"), required_when=ALWAYS
    )
    account_number: str | None = at(
        G.account_number,
        FILLED,
        pattern=Pattern("[0-9]{8}", "8 digits"),
        required_when=ALWAYS,
        shown=False,
    )


@wire(
    source="docs: api/external_account_bank_accounts/create",
    format=FORM_BODY,
    not_supported=_LEFT_OUT,
)
class UsBank(OwnedBank):
    """An account in the United States."""

    routing_number: str | None = at(
        U.routing_number, FILLED, pattern=Pattern("[0-9]{9}", "9 digits"), required_when=ALWAYS
    )
    account_number: str | None = at(
        U.account_number,
        FILLED,
        pattern=Pattern("[0-9]+", "digits only"),
        required_when=ALWAYS,
        shown=False,
    )
    account_type: str | None = at(U.deposit_type, _DEPOSIT)


@wire(source="docs: api/external_account_bank_accounts/object", on=NEVER)
class StripeBank:
    """The record of an account. Of its number, only the last four digits are shown."""

    id: str | None = at(R.id, REFERENCE)
    account: str | None = at(R.user_id, REFERENCE)
    status: str | None = at(R.provider_status, FILLED)
    last4: str | None = record_only(str)
    country: str | None = record_only(str)
    currency: str | None = record_only(str)
    routing_number: str | None = record_only(str)
    bank_name: str | None = record_only(str)
    account_holder_name: str | None = record_only(str)
    default_for_currency: bool | None = record_only(bool)
    available_payout_methods: tuple[str, ...] | None = record_only(tuple[str, ...])


FORMS: Mapping[type[BankAccount], tuple[Translation[Any], str | None]] = {
    IbanAccount: (translation(IbanBank, PROVIDER, IbanAccount), None),
    UkAccount: (translation(UkBank, PROVIDER, UkAccount), "GB"),
    UsAccount: (translation(UsBank, PROVIDER, UsAccount), "US"),
}
"""The kinds of accounts, each with its country unless the number names it."""
