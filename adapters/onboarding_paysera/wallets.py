"""The flows that list what wallets a user has."""

from __future__ import annotations

from typing import cast

from attrs import frozen
from onboarding import NotFound, Wallet
from onboarding.spi import Flow, Paged, Response, as_object, reference

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import shown_id, shown_text

__all__ = ["Wallets"]


@frozen(kw_only=True)
class Wallets(PayseraProtocol):
    """Wallets, by the objects of the official clients."""

    def list_wallets(
        self, user_id: str, page: str | None = None, *, inactive: bool = False
    ) -> Flow[Paged[Wallet]]:
        """docs: user-resource, Get wallets array: all on one page; takes the scope `wallet_list`.

        `inactive` asks for those too that are not in use, as the official Java client does. A user
        without a wallet has none; Paysera says 404 to that and to a user that is not there, so the
        user is asked for then. Raises `Forbidden` without the scope, `NotFound` without a user.
        """
        query = (("inactive_included", "true"),) if inactive else ()
        path = self.of_user(user_id, "wallets")
        response = yield self.request("GET", "list_wallets", *path, query=query)
        try:
            shown = self.answered(response).json()
        except NotFound:
            found = yield self.request("GET", "list_wallets", *self.of_user(user_id))
            self.answered(found)
            return Paged(items=())
        shown = as_object(shown).get("wallets", shown)  # as the lists of the newer framework
        # One sample of the documents shows a single object in place of the list.
        entries = cast("list[object]", shown) if isinstance(shown, list) else [shown]
        return Paged(items=tuple(self._wallet(entry, response) for entry in entries))

    def fetch_wallet(self, wallet_id: str) -> Flow[Wallet]:
        """docs: api/wallet/get-wallet."""
        response = yield self.request("GET", "fetch_wallet", "wallet", wallet_id)
        return self._wallet(self.answer(response), response)

    def _wallet(self, entry: object, response: Response) -> Wallet:
        shown = as_object(entry)
        owner = reference(shown.get("owner"))
        account = as_object(shown.get("account"))
        ibans = account.get("ibans")
        numbers = [
            account.get("number"),
            account.get("main_iban"),
            *(cast("list[object]", ibans) if isinstance(ibans, list) else []),
        ]
        return Wallet(
            **self.provenance,
            id=shown_id(shown, response),
            owner_ids=() if owner is None else (owner,),
            account_numbers=tuple(dict.fromkeys(n for n in numbers if isinstance(n, str))),
            description=shown_text(account.get("description")),
            provider_status=shown_text(account.get("status")),
            retrieved_at=response.received_at,
            provider_fields={
                k: v for k, v in account.items() if k in ("type", "flags", "owner_type")
            },
            raw=shown,
        )
