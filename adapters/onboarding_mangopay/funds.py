"""The flows of what a user has: wallets, transactions, cards, e-money."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from attrs import frozen
from onboarding import InvalidInput, Problem, Wallet
from onboarding.spi import Flow, Paged, as_object, known_words

from onboarding_mangopay.extras import ScaContext
from onboarding_mangopay.protocol import MangoPayProtocol
from onboarding_mangopay.records import filters, sca_filter, seconds
from onboarding_mangopay.wire.funds import (
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

__all__ = ["Funds"]


@frozen(kw_only=True)
class Funds(MangoPayProtocol):
    """What a user has at MangoPay; wallets are a core call, the rest are MangoPay's own flows.

    Wallets and transactions of an OWNER whose last authentication is older than 180 days are
    refused with the code `pending_user_action` (docs: guides/sca/wallets); `sca_context` says
    USER_NOT_PRESENT where the user consented that the platform looks by proxy.
    """

    def list_wallets(
        self, user_id: str, page: str | None = None, *, sca_context: ScaContext | None = None
    ) -> Flow[Paged[Wallet]]:
        """docs: list-wallets-user."""
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
        """One page of the transactions whose author is a user, oldest first.

        Of several words of a filter any may hold; `after` and `before` are aware, and cut to
        seconds (docs: list-transactions-user). Raises `InvalidInput` for an unknown word.
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
        """One page of the cards of a user (docs: list-cards-user)."""
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
        """Sums the e-money of a user: ever, in a year, or in a month of it, in one currency.

        docs: view-user-emoney. `currency` is ISO 4217; without it MangoPay picks one.
        """
        if month is not None and year is None:
            raise InvalidInput([Problem("year", "missing", "a month is of a year")])
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
        if isinstance(shown, list):  # the official Python SDK takes it for a list
            shown = next(iter(cast("list[object]", shown)), None)
        return read_emoney(as_object(shown))
