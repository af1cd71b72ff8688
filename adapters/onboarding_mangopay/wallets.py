"""Wallets, transactions, cards and e-money of a user."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from attrs import frozen
from onboarding import InvalidInput, Problem
from onboarding.spi import Flow, Paged, Wallet, as_object, known_words

from onboarding_mangopay.protocol import MangoPayProtocol
from onboarding_mangopay.values import filters, sca_filter, seconds
from onboarding_mangopay.wire.vocabulary import ScaContext
from onboarding_mangopay.wire.wallets import (
    Card,
    EMoney,
    Transaction,
    TransactionNature,
    TransactionStatus,
    TransactionType,
    read_card,
    read_emoney,
    read_transaction,
    read_wallet,
)

__all__ = ["Wallets"]


@frozen(kw_only=True)
class Wallets(MangoPayProtocol):
    """The operations on wallets, and MangoPay's own on transactions, cards and e-money.

    For an OWNER whose last authentication is older than 180 days, MangoPay refuses wallets and
    transactions with the code `pending_user_action` (docs: guides/sca/wallets). Give `sca_context`
    USER_NOT_PRESENT if the user consented to access by proxy.
    """

    def list_wallets(
        self, user_id: str, page: str | None = None, *, sca_context: ScaContext | None = None
    ) -> Flow[Paged[Wallet]]:
        """Lists one page of a user's wallets (docs: list-wallets-user)."""
        query = sca_filter(sca_context)
        path = ("users", user_id, "wallets")
        response = yield self.page("list_wallets", *path, page=page, query=query)
        at = response.received_at
        return self.paged(
            response,
            page,
            lambda row: read_wallet(row, self.provenance, retrieved_at=at),
            user_id=user_id,
        )

    def fetch_wallet(
        self, wallet_id: str, *, sca_context: ScaContext | None = None
    ) -> Flow[Wallet]:
        """Reads a wallet (docs: view-wallet)."""
        query = sca_filter(sca_context)
        response = yield self.request("GET", "fetch_wallet", "wallets", wallet_id, query=query)
        row = self.answer(response)
        return read_wallet(row, self.provenance, retrieved_at=response.received_at)

    def list_transactions(
        self,
        user_id: str,
        page: str | None = None,
        *,
        statuses: Collection[TransactionStatus] = (),
        types: Collection[TransactionType] = (),
        natures: Collection[TransactionNature] = (),
        result_codes: Collection[str] = (),
        after: datetime | None = None,
        before: datetime | None = None,
        sca_context: ScaContext | None = None,
    ) -> Flow[Paged[Transaction]]:
        """Lists one page of the transactions of which a user is the author, oldest first.

        A filter with several words matches any of them. `after` and `before` have a time zone, and
        are cut to seconds. Raises `InvalidInput` for an unknown word.

        docs: list-transactions-user
        """
        filtered = filters(
            Status=",".join(known_words("statuses", statuses, TransactionStatus)),
            Type=",".join(known_words("types", types, TransactionType)),
            Nature=",".join(known_words("natures", natures, TransactionNature)),
            ResultCode=",".join(result_codes),
            AfterDate=seconds("after", after),
            BeforeDate=seconds("before", before),
        )
        path = ("users", user_id, "transactions")
        query = [*filtered, *sca_filter(sca_context)]
        response = yield self.page("list_transactions", *path, page=page, query=query)
        return self.paged(response, page, read_transaction, user_id=user_id)

    def list_cards(
        self, user_id: str, page: str | None = None, *, active: bool | None = None
    ) -> Flow[Paged[Card]]:
        """Lists one page of a user's cards (docs: list-cards-user)."""
        path = ("users", user_id, "cards")
        query = filters(Active=active)
        response = yield self.page("list_cards", *path, page=page, query=query)
        return self.paged(response, page, read_card, user_id=user_id)

    def emoney(
        self,
        user_id: str,
        *,
        year: int | None = None,
        month: int | None = None,
        currency: str | None = None,
    ) -> Flow[EMoney]:
        """Returns the e-money of a user in one currency: in total, in a year, or in a month.

        `currency` is ISO 4217; without it MangoPay picks one. Raises `InvalidInput` for a month
        without a year.

        docs: view-user-emoney
        """
        if month is not None and year is None:
            raise InvalidInput([Problem("year", "missing", "is required with a month")])
        if year is not None and not 1000 <= year <= 9999:
            raise InvalidInput([Problem("year", "shape", "expected four digits")])
        if month is not None and not 1 <= month <= 12:
            raise InvalidInput([Problem("month", "shape", "expected 1 to 12")])
        period = [str(part) for part in (year, month) if part is not None]
        query = filters(Currency=currency)
        path = ("users", user_id, "emoney", *period)
        response = yield self.request("GET", "emoney", *path, query=query)
        self.accept(response)
        shown: object = response.json()
        if isinstance(shown, list):  # as the official Python SDK expects
            shown = next(iter(cast("list[object]", shown)), None)
        return read_emoney(as_object(shown))
