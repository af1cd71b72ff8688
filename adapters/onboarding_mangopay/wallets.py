"""Wallets, transactions, cards and e-money of a user."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypedDict, Unpack

from attrs import frozen
from onboarding import InvalidInput, Problem
from onboarding.spi import Flow, Paged, Response, Wallet, as_list, as_object, known_words

from onboarding_mangopay.protocol import MangoPayProtocol
from onboarding_mangopay.values import filters, sca_filter, seconds
from onboarding_mangopay.wire.vocabulary import ScaContext
from onboarding_mangopay.wire.wallets import (
    Card,
    EMoney,
    MangoWallet,
    Transaction,
    TransactionNature,
    TransactionStatus,
    TransactionType,
)

__all__ = ["Wallets"]


class TransactionFilters(TypedDict, total=False):
    """The filters of transactions; `after` and `before` have a zone, and are cut to seconds."""

    statuses: Collection[TransactionStatus]
    types: Collection[TransactionType]
    natures: Collection[TransactionNature]
    result_codes: Collection[str]
    after: datetime | None
    before: datetime | None


def _filtered(
    *,
    statuses: Collection[TransactionStatus] = (),
    types: Collection[TransactionType] = (),
    natures: Collection[TransactionNature] = (),
    result_codes: Collection[str] = (),
    after: datetime | None = None,
    before: datetime | None = None,
) -> list[tuple[str, str]]:
    return filters(
        Status=",".join(known_words("statuses", statuses, TransactionStatus)),
        Type=",".join(known_words("types", types, TransactionType)),
        Nature=",".join(known_words("natures", natures, TransactionNature)),
        ResultCode=",".join(result_codes),
        AfterDate=seconds("after", after),
        BeforeDate=seconds("before", before),
    )


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
        listed = self._listed(
            self._wallet, "list_wallets", *path, page=page, query=query, user_id=user_id
        )
        return (yield from listed)

    def fetch_wallet(
        self, wallet_id: str, *, sca_context: ScaContext | None = None
    ) -> Flow[Wallet]:
        """Reads a wallet (docs: view-wallet)."""
        query = sca_filter(sca_context)
        response = yield self.request("GET", "fetch_wallet", "wallets", wallet_id, query=query)
        return self._wallet(self.answer(response), response)

    def list_transactions(
        self,
        user_id: str,
        page: str | None = None,
        *,
        sca_context: ScaContext | None = None,
        **filters: Unpack[TransactionFilters],
    ) -> Flow[Paged[Transaction]]:
        """Lists one page of the transactions of which a user is the author, oldest first.

        A filter with several words matches any of them. Raises `InvalidInput` for an unknown word.

        docs: list-transactions-user
        """
        query = [*_filtered(**filters), *sca_filter(sca_context)]
        path = ("users", user_id, "transactions")
        read = partial(self.read_as, Transaction)
        listed = self._listed(
            read, "list_transactions", *path, page=page, query=query, user_id=user_id
        )
        return (yield from listed)

    def list_wallet_transactions(
        self,
        wallet_id: str,
        page: str | None = None,
        *,
        sca_context: ScaContext | None = None,
        **filters: Unpack[TransactionFilters],
    ) -> Flow[Paged[Transaction]]:
        """Lists one page of the transactions of a wallet, with the filters of `list_transactions`.

        docs: list-transactions-wallet
        """
        query = [*_filtered(**filters), *sca_filter(sca_context)]
        path = ("wallets", wallet_id, "transactions")
        read = partial(self.read_as, Transaction)
        listed = self._listed(read, "list_wallet_transactions", *path, page=page, query=query)
        return (yield from listed)

    def list_cards(
        self, user_id: str, page: str | None = None, *, active: bool | None = None
    ) -> Flow[Paged[Card]]:
        """Lists one page of a user's cards (docs: list-cards-user)."""
        path = ("users", user_id, "cards")
        query = filters(Active=active)
        read = partial(self.read_as, Card)
        listed = self._listed(read, "list_cards", *path, page=page, query=query, user_id=user_id)
        return (yield from listed)

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
        one = next(iter(as_list(shown)), shown)  # a list, as the official Python SDK expects
        return self.read_as(EMoney, as_object(one), response)

    def _wallet(self, row: Mapping[str, Any], response: Response) -> Wallet:
        return self.read_as(Wallet, row, response, by=MangoWallet)
