"""The flows that fetch the receipts to be printed."""

from __future__ import annotations

import json
from contextlib import suppress

from attrs import field, frozen
from onboarding.spi import Flow

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import given, media_type

__all__ = ["Receipt", "Receipts"]


@frozen(kw_only=True)
class Receipt:
    """A receipt as it came; no document says in which form."""

    content: bytes = field(repr=False)
    media_type: str | None = None

    @property
    def text(self) -> str:
        """The receipt as text, where it is one: also when it came as a JSON text."""
        if self.media_type == "application/json":
            with suppress(ValueError, RecursionError):
                shown = json.loads(self.content)
                if isinstance(shown, str):
                    return shown
        return self.content.decode(errors="replace")


@frozen(kw_only=True)
class Receipts(PayseraProtocol):
    """Receipts. docs: user-resource, Identification Process.

    `locale` is en, lt or ru; `width` a whole number, probably of a printer's columns.
    """

    def registration_receipt(
        self, user_id: str, *, locale: str | None = None, width: int | None = None
    ) -> Flow[Receipt]:
        """The receipt of a registration."""
        return self._receipt(user_id, "registration", locale, width)

    def identification_receipt(
        self, user_id: str, *, locale: str | None = None, width: int | None = None
    ) -> Flow[Receipt]:
        """The receipt that must be printed after an identity was provided."""
        return self._receipt(user_id, "identification", locale, width)

    def _receipt(
        self, user_id: str, kind: str, locale: str | None, width: int | None
    ) -> Flow[Receipt]:
        query: list[tuple[str, str]] = []
        if locale is not None:
            query.append(("locale", given("locale", locale, str)))
        if width is not None:
            query.append(("width", str(given("width", width, int))))
        path = self.of_user(user_id, "receipt", kind)
        response = yield self.request("GET", f"{kind}_receipt", *path, query=tuple(query))
        content = self.answered(response).body
        return Receipt(content=content, media_type=media_type(response))
