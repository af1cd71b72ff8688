"""MangoPay's objects of wallets, transactions, cards and e-money, read-only here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen
from onboarding.spi import Model, Money, Provenance, Wallet, moment, reference

from onboarding_mangopay.values import flag, money, text, texts

__all__ = [
    "Card",
    "EMoney",
    "Transaction",
    "TransactionNature",
    "TransactionStatus",
    "TransactionType",
    "read_card",
    "read_emoney",
    "read_transaction",
    "read_wallet",
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


@frozen(kw_only=True, slots=False, repr=False)
class Transaction(Model):
    """One movement of money (docs: list-transactions-user).

    `provider_status`, `type` and `nature` are words of `TransactionStatus`, `TransactionType` and
    `TransactionNature`, or newer ones. Amounts are in minor units, times in UTC. MangoPay shows
    the last 13 months.
    """

    id: str
    provider_status: str | None = None
    type: str | None = None
    nature: str | None = None
    author_id: str | None = None
    credited_user_id: str | None = None
    debited: Money | None = None
    credited: Money | None = None
    fees: Money | None = None
    debited_wallet_id: str | None = None
    credited_wallet_id: str | None = None
    result_code: str | None = None
    result_message: str | None = None
    tag: str | None = None
    created_at: datetime | None = None
    executed_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return f"Transaction(id={self.id!r}, type={self.type!r}, status={self.provider_status!r})"


@frozen(kw_only=True, slots=False, repr=False)
class Card(Model):
    """A card with which a user pays (docs: card-object).

    `alias` is the masked number, `expires` is MMYY, `country` is alpha-3, `currency` ISO 4217.
    `created_at` is in UTC.
    """

    id: str
    user_id: str | None = None
    alias: str | None = None
    expires: str | None = None
    scheme: str | None = None
    type: str | None = None
    country: str | None = None
    currency: str | None = None
    holder_name: str | None = None
    fingerprint: str | None = None
    active: bool | None = None
    validity: str | None = None
    tag: str | None = None
    created_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return f"Card(id={self.id!r}, active={self.active}, validity={self.validity!r})"


@frozen(kw_only=True, slots=False, repr=False)
class EMoney(Model):
    """The e-money credited to and debited from a user, in minor units (docs: view-user-emoney)."""

    user_id: str | None
    credited: Money | None
    debited: Money | None
    raw: Mapping[str, Any] = field(factory=dict[str, Any])


def read_transaction(row: Mapping[str, Any]) -> Transaction:
    """Returns the transaction of an object."""
    return Transaction(
        id=_id(row),
        provider_status=text(row.get("Status")),
        type=text(row.get("Type")),
        nature=text(row.get("Nature")),
        author_id=reference(row.get("AuthorId")),
        credited_user_id=reference(row.get("CreditedUserId")),
        debited=money(row.get("DebitedFunds")),
        credited=money(row.get("CreditedFunds")),
        fees=money(row.get("Fees")),
        debited_wallet_id=reference(row.get("DebitedWalletId")),
        credited_wallet_id=reference(row.get("CreditedWalletId")),
        result_code=text(row.get("ResultCode")),
        result_message=text(row.get("ResultMessage")),
        tag=text(row.get("Tag")),
        created_at=moment(row.get("CreationDate")),
        executed_at=moment(row.get("ExecutionDate")),
        raw=row,
    )


def read_card(row: Mapping[str, Any]) -> Card:
    """Returns the card of an object."""
    return Card(
        id=_id(row),
        user_id=reference(row.get("UserId")),
        alias=text(row.get("Alias")),
        expires=text(row.get("ExpirationDate")),
        scheme=text(row.get("CardProvider")),
        type=text(row.get("CardType")),
        country=text(row.get("Country")),
        currency=text(row.get("Currency")),
        holder_name=text(row.get("CardHolderName")),
        fingerprint=text(row.get("Fingerprint")),
        active=flag(row.get("Active")),
        validity=text(row.get("Validity")),
        tag=text(row.get("Tag")),
        created_at=moment(row.get("CreationDate")),
        raw=row,
    )


def read_emoney(row: Mapping[str, Any]) -> EMoney:
    """Returns the e-money of an object."""
    return EMoney(
        user_id=reference(row.get("UserId")),
        credited=money(row.get("CreditedEMoney")),
        debited=money(row.get("DebitedEMoney")),
        raw=row,
    )


def read_wallet(
    row: Mapping[str, Any], provenance: Provenance, *, retrieved_at: datetime
) -> Wallet:
    """Returns the wallet of an object (docs: wallet-object)."""
    return Wallet(
        **provenance,
        id=_id(row),
        owner_ids=texts(row.get("Owners")),
        balance=money(row.get("Balance")),
        description=text(row.get("Description")),
        created_at=moment(row.get("CreationDate")),
        retrieved_at=retrieved_at,
        provider_fields={
            name: row.get(name) for name in ("Currency", "FundsType", "Tag") if name in row
        },
        raw=row,
    )


def _id(row: Mapping[str, Any]) -> str:
    return reference(row.get("Id")) or ""
