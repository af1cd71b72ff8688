"""The flows about the services that a user has enabled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from attrs import field, frozen
from onboarding.spi import Flow, as_object, known_word, moment

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import shown_word

__all__ = ["Service", "ServiceName", "Services"]


class ServiceName(StrEnum):
    """docs: user-resource, Available Services."""

    AFFILIATE = "affiliate"
    MACRO = "macro"
    MICRO = "micro"
    OFFLINE = "offline"
    PAYMENT_INSTRUMENTS = "payment_instruments"
    PAYSERA_APP = "paysera_app"
    SMS_BANK = "sms_bank"


@frozen(kw_only=True)
class Service:
    """One service of a user; `name` is Paysera's own word, which may be a new one.

    `enabled` is None where Paysera does not say. `added_at` is in UTC.
    """

    name: str
    enabled: bool | None = None
    title: str | None = None
    added_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


@frozen(kw_only=True)
class Services(PayseraProtocol):
    """Services. docs: user-resource, User Services; they take the scope `services`."""

    def list_services(self, user_id: str) -> Flow[tuple[Service, ...]]:
        """The services there are, and which of them the user has enabled."""
        response = yield self.request("GET", "list_services", *self.of_user(user_id, "services"))
        shown: object = self.answered(response).json()
        # The official clients read `services`; other lists of the API have no such key.
        entries: object = as_object(shown).get("services", shown)
        rows = cast("list[object]", entries) if isinstance(entries, list) else []
        return tuple(_service(as_object(entry)) for entry in rows)

    def enable_service(self, user_id: str, service: ServiceName) -> Flow[Service]:
        """Enables a service; nothing disables one. Raises `InvalidInput` for an unknown word."""
        word = known_word("service", service, ServiceName)
        path = self.of_user(user_id, "service", word)  # the singular, unlike the list's
        response = yield self.request("PUT", "enable_service", *path)
        # The official clients disagree on whether the answer holds the service.
        return _service({"service": word, "status": "enabled"} | self.answer(response))


def _service(shown: Mapping[str, Any]) -> Service:
    return Service(
        name=shown_word(shown.get("service")) or "",
        enabled={"enabled": True, "disabled": False}.get(shown_word(shown.get("status")) or ""),
        title=shown_word(shown.get("title")),
        added_at=moment(shown.get("added")),
        raw=shown,
    )
