"""Money, bank accounts and wallets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from onboarding.model.action import NextAction
from onboarding.model.answers import RateLimit
from onboarding.model.people import Address
from onboarding.model.shapes import Country, Currency, Text
from onboarding.model.stored import Stored
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
    """An amount of money in the minor unit of its currency."""

    amount: int
    """The amount in the minor unit of the currency. Example: `1250`."""
    currency: Currency
    """ISO 4217 alphabetic code. Example: `EUR`."""


class DepositType(StrEnum):
    """The type of an account in the United States."""

    CHECKING = "checking"
    SAVINGS = "savings"


@frozen(kw_only=True, slots=False, repr=False)
class BankAccount(Model):
    """A bank account and its owner. Subclasses have the account numbers."""

    owner_name: Text
    """The name of the account's owner. Example: `Ona Šimkutė`."""
    owner_address: Address | None = None
    """The address of the account's owner."""
    currency: Currency | None = None
    """The currency of the account, ISO 4217; None for the one of its country. Example: `EUR`."""
    tag: Text | None = None
    """A text of the platform's own. Example: `payouts`."""


@frozen(kw_only=True, slots=False, repr=False)
class IbanAccount(BankAccount):
    """An account with an IBAN (ISO 13616) and an optional BIC (ISO 9362)."""

    iban: Text
    """ISO 13616. Example: `FR7630004000031234567890143`."""
    bic: Text | None = None
    """ISO 9362. Example: `BNPAFRPP`."""


@frozen(kw_only=True, slots=False, repr=False)
class UkAccount(BankAccount):
    """An account in the United Kingdom: sort code of six digits, account number of eight."""

    sort_code: Text
    """Six digits. Example: `200000`."""
    account_number: Text
    """Eight digits. Example: `55779911`."""


@frozen(kw_only=True, slots=False, repr=False)
class UsAccount(BankAccount):
    """An account in the United States: routing number (ABA) of nine digits, account number."""

    routing_number: Text
    """Nine digits, assigned by the ABA. Example: `021000021`."""
    account_number: Text
    """The number at the bank. Example: `11696419`."""
    deposit_type: DepositType | None = None
    """What the account is for. Example: `checking`."""


@frozen(kw_only=True, slots=False, repr=False)
class CanadianAccount(BankAccount):
    """An account in Canada: institution number of three digits, branch code of five."""

    bank_name: Text
    """The name of the bank. Example: `Royal Bank of Canada`."""
    institution_number: Text
    """Three digits. Example: `003`."""
    branch_code: Text
    """Five digits. Example: `00152`."""
    account_number: Text
    """The number at the bank. Example: `1234567`."""


@frozen(kw_only=True, slots=False, repr=False)
class OtherAccount(BankAccount):
    """An account in another country: its number, with the bank's BIC and country."""

    account_number: Text
    """The number at the bank. Example: `2345678901`."""
    bic: Text
    """ISO 9362. Example: `BNORPHMM`."""
    country: Country
    """The country of the bank, ISO 3166-1 alpha-2. Example: `PH`."""


@frozen(kw_only=True, slots=False, repr=False)
class BankAccountRecord(Stored, form="bank_account_record/1"):
    """The record of a bank account at a provider."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    id: str
    """The account's id at the provider. Example: `bankacc_01`."""
    user_id: str | None = None
    """The user's id at the provider. Example: `user_m_01`."""
    account: IbanAccount | UkAccount | UsAccount | CanadianAccount | OtherAccount | None = None
    """The account; None for a kind that the core does not have, or without shown numbers."""
    active: bool | None = None
    """Whether the account can be used, None if the provider does not say. Example: `true`."""
    provider_status: str | None = None
    """The provider's own word for its state. Example: `ACTIVE`."""
    created_at: datetime | None = None
    """When the provider created it, in UTC. Example: `2026-10-01T08:29:58Z`."""
    retrieved_at: datetime | None = None
    """When the answer arrived, in UTC. Example: `2026-10-01T08:30:00Z`."""
    next_actions: tuple[NextAction, ...] = ()
    """What the user must do before the account can be used."""
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    """Further facts, by the provider's own names. Example: `{"Type": "IBAN"}`."""
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    """The calls left when the answer arrived. Not compared and not stored."""
    raw: Mapping[str, Any] = field(factory=dict[str, Any])
    """The unchanged answer. It contains personal values."""

    def __repr__(self) -> str:
        return self._shown("id", "user_id", "active")


@frozen(kw_only=True, slots=False, repr=False)
class Wallet(Stored, form="wallet/1"):
    """A wallet: money that a provider holds for users."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    id: str
    """The wallet's id at the provider. Example: `wlt_01`."""
    owner_ids: tuple[str, ...] = ()
    """The ids of the users who own it. Example: `["user_m_01"]`."""
    balance: Money | None = None
    """The money in the wallet."""
    description: str | None = None
    """The description that the platform gave. Example: `Savings of Ona`."""
    account_numbers: tuple[str, ...] = ()
    """The account numbers that pay into the wallet. Example: `["EVP2010001000123"]`."""
    provider_status: str | None = None
    """The provider's own word for its state. Example: `active`."""
    created_at: datetime | None = None
    """When the provider created it, in UTC. Example: `2026-10-01T08:29:58Z`."""
    retrieved_at: datetime | None = None
    """When the answer arrived, in UTC. Example: `2026-10-01T08:30:00Z`."""
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    """Further facts, by the provider's own names. Example: `{"FundsType": "DEFAULT"}`."""
    raw: Mapping[str, Any] = field(factory=dict[str, Any])
    """The unchanged answer. It contains personal values."""

    def __repr__(self) -> str:
        return self._shown("id")
