"""Money, bank accounts and wallets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from onboarding.model.action import NextAction
from onboarding.model.answers import RateLimit
from onboarding.model.shapes import Country, Currency, Text
from onboarding.model.stored import Stored
from onboarding.model.user import Address
from onboarding.values.base import Model

__all__ = [
    "BankAccount",
    "BankAccountRecord",
    "CanadianAccount",
    "DepositType",
    "IbanAccount",
    "Money",
    "OtherAccount",
    "UkAccount",
    "UsAccount",
    "Wallet",
]


@frozen(kw_only=True, slots=False, repr=False)
class Money(Model):
    """`amount` in the currency's minor unit (cents), `currency` in ISO 4217 alphabetic code."""

    amount: int
    currency: Currency


class DepositType(StrEnum):
    """What an account in the United States is for."""

    CHECKING = "checking"
    SAVINGS = "savings"


@frozen(kw_only=True, slots=False, repr=False)
class BankAccount(Model):
    """An account at a bank: who owns it. A subclass says how it is numbered."""

    owner_name: Text
    owner_address: Address | None = None
    tag: Text | None = None


@frozen(kw_only=True, slots=False, repr=False)
class IbanAccount(BankAccount):
    """An account by its IBAN (ISO 13616) and, where wanted, its BIC (ISO 9362)."""

    iban: Text
    bic: Text | None = None


@frozen(kw_only=True, slots=False, repr=False)
class UkAccount(BankAccount):
    """An account in the United Kingdom: six digits of the bank, eight of the account."""

    sort_code: Text
    account_number: Text


@frozen(kw_only=True, slots=False, repr=False)
class UsAccount(BankAccount):
    """An account in the United States: nine digits of the bank (ABA), those of the account."""

    routing_number: Text
    account_number: Text
    deposit_type: DepositType | None = None


@frozen(kw_only=True, slots=False, repr=False)
class CanadianAccount(BankAccount):
    """An account in Canada: three digits of the institution, five of the branch."""

    bank_name: Text
    institution_number: Text
    branch_code: Text
    account_number: Text


@frozen(kw_only=True, slots=False, repr=False)
class OtherAccount(BankAccount):
    """An account elsewhere: its number with the bank's BIC and country."""

    account_number: Text
    bic: Text
    country: Country


@frozen(kw_only=True, slots=False, repr=False)
class BankAccountRecord(Stored, form="bank_account_record/1"):
    """A bank account as a provider has it on file.

    `active` is None where the provider says nothing; `provider_status` is the provider's own word.
    `rate_limits` are those of a `UserRecord`.
    """

    provider: str
    gateway: str
    environment: str | None = None
    id: str
    user_id: str | None = None
    account: IbanAccount | UkAccount | UsAccount | CanadianAccount | OtherAccount | None = None
    active: bool | None = None
    provider_status: str | None = None
    created_at: datetime | None = None
    retrieved_at: datetime | None = None
    next_actions: tuple[NextAction, ...] = ()
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return self._shown("id", "user_id", "active")


@frozen(kw_only=True, slots=False, repr=False)
class Wallet(Stored, form="wallet/1"):
    """Money that a provider keeps for users.

    `account_numbers` are those under which the wallet is paid into; `provider_status` is
    the provider's own word.
    """

    provider: str
    gateway: str
    environment: str | None = None
    id: str
    owner_ids: tuple[str, ...] = ()
    balance: Money | None = None
    description: str | None = None
    account_numbers: tuple[str, ...] = ()
    provider_status: str | None = None
    created_at: datetime | None = None
    retrieved_at: datetime | None = None
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return self._shown("id")
