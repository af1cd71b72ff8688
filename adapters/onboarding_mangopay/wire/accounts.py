"""MangoPay's bank account objects, one class per kind.

docs: api-reference/bank-accounts
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from onboarding import Address
from onboarding.spi import (
    ALWAYS,
    FILLED,
    MOMENT,
    NEVER,
    REFERENCE,
    BankAccount,
    BankAccountRecord,
    CanadianAccount,
    DepositType,
    IbanAccount,
    OtherAccount,
    Pattern,
    Translation,
    UkAccount,
    UsAccount,
    at,
    core,
    inside,
    not_applicable,
    record_only,
    some,
    translation,
    wire,
    words,
)

from onboarding_mangopay.values import FLAG, PROVIDER

__all__ = ["FORMS", "MangoAccount", "read_account", "word_of"]

AnyAccount: TypeAlias = IbanAccount | UkAccount | UsAccount | CanadianAccount | OtherAccount


_ANY = Pattern(r".{1,255}", "1 to 255 characters without a line break")
_BIC = Pattern(
    r"[a-zA-Z]{6}\w{2}(\w{3})?", "8 or 11 characters: six letters, then letters and digits"
)
_DEPOSIT = words(DepositType, {DepositType.CHECKING: "CHECKING", DepositType.SAVINGS: "SAVINGS"})

A = core(Address)
B = core(BankAccount)


@wire(source="docs: create-iban-bank-account, OwnerAddress")
class AccountAddress:
    """The address of an owner; six nulls, or six empty texts, stand for no address."""

    AddressLine1: str | None = at(A.line1, FILLED)
    AddressLine2: str | None = at(A.line2, FILLED)
    City: str | None = at(A.city, FILLED)
    Region: str | None = at(A.region, FILLED)
    PostalCode: str | None = at(A.postal_code, FILLED)
    Country: str | None = at(A.country, FILLED)


_NO_CURRENCY = (not_applicable(B.currency, "MangoPay's accounts have no currency"),)


@wire(source="docs: api-reference/bank-accounts")
class OwnedAccount:
    """The fields of every kind of account."""

    OwnerName: str | None = at(B.owner_name, FILLED, pattern=_ANY, required_when=ALWAYS)
    OwnerAddress: AccountAddress | None = inside(AccountAddress, some(B.owner_address))
    Tag: str | None = at(B.tag, FILLED, pattern=_ANY)


I = core(IbanAccount)  # noqa: E741


@wire(source="docs: create-iban-bank-account", not_supported=_NO_CURRENCY)
class IbanBankAccount(OwnedAccount):
    """An account with an IBAN."""

    IBAN: str | None = at(
        I.iban, FILLED, pattern=Pattern(r".{1,34}", "1 to 34 characters"), required_when=ALWAYS
    )
    BIC: str | None = at(I.bic, FILLED, pattern=_BIC)


G = core(UkAccount)


@wire(source="docs: create-gb-bank-account", not_supported=_NO_CURRENCY)
class GbBankAccount(OwnedAccount):
    """An account in the United Kingdom."""

    SortCode: str | None = at(
        G.sort_code, FILLED, pattern=Pattern(r"[0-9]{6}", "6 digits"), required_when=ALWAYS
    )
    AccountNumber: str | None = at(
        G.account_number, FILLED, pattern=Pattern(r"[0-9]{8}", "8 digits"), required_when=ALWAYS
    )


U = core(UsAccount)


@wire(source="docs: create-us-bank-account", not_supported=_NO_CURRENCY)
class UsBankAccount(OwnedAccount):
    """An account in the United States."""

    AccountNumber: str | None = at(
        U.account_number, FILLED, pattern=Pattern(r"[0-9]+", "digits only"), required_when=ALWAYS
    )
    ABA: str | None = at(
        U.routing_number, FILLED, pattern=Pattern(r"[0-9]{9}", "9 digits"), required_when=ALWAYS
    )
    DepositAccountType: str | None = at(U.deposit_type, _DEPOSIT)


C = core(CanadianAccount)


@wire(source="docs: create-ca-bank-account", not_supported=_NO_CURRENCY)
class CaBankAccount(OwnedAccount):
    """An account in Canada."""

    BankName: str | None = at(
        C.bank_name, FILLED, pattern=Pattern(r".{1,50}", "1 to 50 characters"), required_when=ALWAYS
    )
    InstitutionNumber: str | None = at(
        C.institution_number, FILLED, pattern=Pattern(r"[0-9]{3}", "3 digits"), required_when=ALWAYS
    )
    BranchCode: str | None = at(
        C.branch_code, FILLED, pattern=Pattern(r"[0-9]{5}", "5 digits"), required_when=ALWAYS
    )
    AccountNumber: str | None = at(
        C.account_number,
        FILLED,
        pattern=Pattern(r"[0-9]{7,35}", "7 to 35 digits"),
        required_when=ALWAYS,
    )


O = core(OtherAccount)  # noqa: E741


@wire(source="docs: create-other-bank-account", not_supported=_NO_CURRENCY)
class OtherBankAccount(OwnedAccount):
    """An account in another country."""

    Country: str | None = at(O.country, FILLED, required_when=ALWAYS)
    BIC: str | None = at(O.bic, FILLED, pattern=_BIC, required_when=ALWAYS)
    AccountNumber: str | None = at(
        O.account_number,
        FILLED,
        pattern=Pattern(r"[0-9a-zA-Z]{5,35}", "5 to 35 ASCII letters and digits"),
        required_when=ALWAYS,
    )


FORMS: Mapping[str, Translation[Any]] = {
    "IBAN": translation(IbanBankAccount, PROVIDER, IbanAccount),
    "GB": translation(GbBankAccount, PROVIDER, UkAccount),
    "US": translation(UsBankAccount, PROVIDER, UsAccount),
    "CA": translation(CaBankAccount, PROVIDER, CanadianAccount),
    "OTHER": translation(OtherBankAccount, PROVIDER, OtherAccount),
}
"""The kinds of accounts by MangoPay's word."""


R = core(BankAccountRecord)


@wire(source="docs: view-bank-account", on=NEVER)
class MangoAccount:
    """The record of an account; the numbers are read by the class of its kind."""

    Id: str | None = at(R.id, REFERENCE)
    UserId: str | None = at(R.user_id, REFERENCE)
    Active: bool | None = at(R.active, FLAG)
    CreationDate: int | None = at(R.created_at, MOMENT)
    Type: str | None = record_only(str)


def word_of(account: BankAccount) -> str | None:
    """Returns MangoPay's word for the kind of an account; None for a kind it does not support."""
    return next((word for word, form in FORMS.items() if isinstance(account, form.plan.root)), None)


def read_account(payload: Mapping[str, Any]) -> AnyAccount | None:
    """Returns the account of an object; None for an unknown kind."""
    form = next((form for word, form in FORMS.items() if word == payload.get("Type")), None)
    account: AnyAccount | None = form.from_wire(payload)[0] if form is not None else None
    return account
