"""Wallets of a user, and the services that are enabled for the user."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from attrs import field, frozen
from onboarding import NotFound
from onboarding.spi import (
    Flow,
    Paged,
    Response,
    Wallet,
    as_list,
    as_object,
    known_word,
    moment,
    reference,
)

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import shown_id, shown_text, shown_word

__all__ = ["Service", "ServiceName", "Wallets"]


class ServiceName(StrEnum):
    """The services that can be enabled (docs: user-resource, Available Services)."""

    AFFILIATE = "affiliate"
    MACRO = "macro"
    MICRO = "micro"
    OFFLINE = "offline"
    PAYMENT_INSTRUMENTS = "payment_instruments"
    PAYSERA_APP = "paysera_app"
    SMS_BANK = "sms_bank"


@frozen(kw_only=True)
class Service:
    """A service of a user; `name` is a word of `ServiceName`, or a newer one.

    `enabled` is None if the answer has no known status. `added_at` is in UTC.
    """

    name: str
    enabled: bool | None = None
    title: str | None = None
    added_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


@frozen(kw_only=True)
class Wallets(PayseraProtocol):
    """The operations on wallets and services. Wallets are read as the official clients do."""

    def list_wallets(
        self, user_id: str, page: str | None = None, *, inactive: bool = False
    ) -> Flow[Paged[Wallet]]:
        """Lists a user's wallets on a single page; requires the scope `wallet_list`.

        `inactive` includes inactive wallets, as the official Java client does. Paysera answers
        404 for a user without wallets and for an unknown user; a second request tells them
        apart. Raises `Forbidden` without the scope, `NotFound` for an unknown user.

        docs: user-resource, Get wallets array
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
        shown = as_object(shown).get("wallets", shown)  # as in lists of the newer framework
        # One sample of the documents has a single object in place of the list.
        entries = cast("list[object]", shown) if isinstance(shown, list) else [shown]
        return Paged(items=tuple(self._wallet(entry, response) for entry in entries))

    def fetch_wallet(self, wallet_id: str) -> Flow[Wallet]:
        """Reads a wallet (docs: api/wallet/get-wallet)."""
        response = yield self.request("GET", "fetch_wallet", "wallet", wallet_id)
        return self._wallet(self.answer(response), response)

    def _wallet(self, entry: object, response: Response) -> Wallet:
        shown = as_object(entry)
        owner = reference(shown.get("owner"))
        account = as_object(shown.get("account"))
        numbers = [
            account.get("number"),
            account.get("main_iban"),
            *as_list(account.get("ibans")),
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

    # -- services; docs: user-resource, User Services

    def list_services(self, user_id: str) -> Flow[tuple[Service, ...]]:
        """Lists the services, enabled or not; requires the scope `services`."""
        response = yield self.request("GET", "list_services", *self.of_user(user_id, "services"))
        shown: object = self.answered(response).json()
        # The official clients read `services`; other lists of the API have no such key.
        entries: object = as_object(shown).get("services", shown)
        return tuple(_service(as_object(entry)) for entry in as_list(entries))

    def enable_service(self, user_id: str, service: ServiceName) -> Flow[Service]:
        """Enables a service, which no call disables; requires the scope `services`.

        Raises `InvalidInput` for an unknown service.
        """
        word = known_word("service", service, ServiceName)
        path = self.of_user(user_id, "service", word)  # singular, unlike the path of the list
        response = yield self.request("PUT", "enable_service", *path)
        # The official clients disagree on whether the answer contains the service.
        return _service({"service": word, "status": "enabled"} | self.answer(response))


def _service(shown: Mapping[str, Any]) -> Service:
    return Service(
        name=shown_word(shown.get("service")) or "",
        enabled={"enabled": True, "disabled": False}.get(shown_word(shown.get("status")) or ""),
        title=shown_word(shown.get("title")),
        added_at=moment(shown.get("added")),
        raw=shown,
    )
