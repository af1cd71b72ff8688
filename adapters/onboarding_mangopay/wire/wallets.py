"""MangoPay's objects of wallets, transactions, cards and e-money, read-only here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen
from onboarding.spi import (
    FILLED,
    INTEGER,
    MOMENT,
    NEVER,
    REFERENCE,
    TEXTS,
    Model,
    Money,
    Wallet,
    at,
    core,
    inside,
    record_only,
    shown,
    shown_as,
    shown_inside,
    some,
    wire,
)

from onboarding_mangopay.values import FLAG

__all__ = [
    "Card",
    "EMoney",
    "MangoWallet",
    "Transaction",
    "TransactionNature",
    "TransactionStatus",
    "TransactionType",
]


class TransactionStatus(StrEnum):
    """The status of a transaction (docs: list-transactions-user)."""

    CREATED = "CREATED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class TransactionType(StrEnum):
    """The direction of a transaction (docs: list-transactions-user)."""

    PAYIN = "PAYIN"
    TRANSFER = "TRANSFER"
    CONVERSION = "CONVERSION"
    PAYOUT = "PAYOUT"


class TransactionNature(StrEnum):
    """The reason of a transaction (docs: list-transactions-user)."""

    REGULAR = "REGULAR"
    REPUDIATION = "REPUDIATION"
    REFUND = "REFUND"
    SETTLEMENT = "SETTLEMENT"


M = core(Money)
W = core(Wallet)


@wire(source="docs: wallet-object, Balance", on=NEVER)
class MangoMoney:
    """An amount in minor units."""

    Amount: int | None = at(M.amount, INTEGER)
    Currency: str | None = at(M.currency, FILLED)


@wire(source="docs: wallet-object", on=NEVER)
class MangoWallet:
    """A wallet."""

    Id: str | None = at(W.id, REFERENCE)
    Owners: list[str] | None = at(W.owner_ids, TEXTS)
    Balance: MangoMoney | None = inside(MangoMoney, some(W.balance), complete=True)
    Description: str | None = at(W.description, FILLED)
    CreationDate: int | None = at(W.created_at, MOMENT)
    Currency: str | None = record_only(str)
    FundsType: str | None = record_only(str)
    Tag: str | None = record_only(str)


@shown(source="docs: list-transactions-user")
@frozen(kw_only=True, slots=False, repr=False)
class Transaction(Model):
    """One movement of money (docs: list-transactions-user).

    `provider_status`, `type` and `nature` are words of `TransactionStatus`, `TransactionType` and
    `TransactionNature`, or newer ones. Amounts are in minor units, times in UTC. MangoPay shows
    the last 13 months.
    """

    id: str = shown_as("Id", REFERENCE)
    provider_status: str | None = shown_as("Status", FILLED)
    type: str | None = shown_as("Type", FILLED)
    nature: str | None = shown_as("Nature", FILLED)
    author_id: str | None = shown_as("AuthorId", REFERENCE)
    credited_user_id: str | None = shown_as("CreditedUserId", REFERENCE)
    debited: Money | None = shown_inside("DebitedFunds", MangoMoney, complete=True)
    credited: Money | None = shown_inside("CreditedFunds", MangoMoney, complete=True)
    fees: Money | None = shown_inside("Fees", MangoMoney, complete=True)
    debited_wallet_id: str | None = shown_as("DebitedWalletId", REFERENCE)
    credited_wallet_id: str | None = shown_as("CreditedWalletId", REFERENCE)
    result_code: str | None = shown_as("ResultCode", FILLED)
    result_message: str | None = shown_as("ResultMessage", FILLED)
    tag: str | None = shown_as("Tag", FILLED)
    created_at: datetime | None = shown_as("CreationDate", MOMENT)
    executed_at: datetime | None = shown_as("ExecutionDate", MOMENT)
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return f"Transaction(id={self.id!r}, type={self.type!r}, status={self.provider_status!r})"


@shown(source="docs: card-object")
@frozen(kw_only=True, slots=False, repr=False)
class Card(Model):
    """A card with which a user pays (docs: card-object).

    `alias` is the masked number, `expires` is MMYY, `country` is alpha-3, `currency` ISO 4217.
    `created_at` is in UTC.
    """

    id: str = shown_as("Id", REFERENCE)
    user_id: str | None = shown_as("UserId", REFERENCE)
    alias: str | None = shown_as("Alias", FILLED)
    expires: str | None = shown_as("ExpirationDate", FILLED)
    scheme: str | None = shown_as("CardProvider", FILLED)
    type: str | None = shown_as("CardType", FILLED)
    country: str | None = shown_as("Country", FILLED)
    currency: str | None = shown_as("Currency", FILLED)
    holder_name: str | None = shown_as("CardHolderName", FILLED)
    fingerprint: str | None = shown_as("Fingerprint", FILLED)
    active: bool | None = shown_as("Active", FLAG)
    validity: str | None = shown_as("Validity", FILLED)
    tag: str | None = shown_as("Tag", FILLED)
    created_at: datetime | None = shown_as("CreationDate", MOMENT)
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return f"Card(id={self.id!r}, active={self.active}, validity={self.validity!r})"


@shown(source="docs: view-user-emoney")
@frozen(kw_only=True, slots=False, repr=False)
class EMoney(Model):
    """The e-money credited to and debited from a user, in minor units (docs: view-user-emoney)."""

    user_id: str | None = shown_as("UserId", REFERENCE)
    credited: Money | None = shown_inside("CreditedEMoney", MangoMoney, complete=True)
    debited: Money | None = shown_inside("DebitedEMoney", MangoMoney, complete=True)
    raw: Mapping[str, Any] = field(factory=dict[str, Any])
