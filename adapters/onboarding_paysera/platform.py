"""The calls for the platform itself: receipts to print, captchas, any other request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from attrs import field, frozen
from onboarding import InvalidInput, Problem, ProviderError
from onboarding.spi import Flow, Request, Response, WebhookReport

from onboarding_paysera.errors import CAPTCHA
from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import form_body, given, media_type

__all__ = ["Platform", "Receipt"]

_NO_WEBHOOKS = "Paysera sends no notifications about users: read them again, by refresh_stale"
_PRINTABLE = re.compile(r"[!-~]{1,2048}").fullmatch


@frozen(kw_only=True)
class Receipt:
    """A receipt as Paysera sent it; no document names its format."""

    content: bytes = field(repr=False)
    media_type: str | None = None

    @property
    def text(self) -> str:
        """The content as text; a JSON string is decoded, unreadable bytes are replaced."""
        if self.media_type == "application/json":
            with suppress(ValueError, RecursionError):
                shown = json.loads(self.content)
                if isinstance(shown, str):
                    return shown
        return self.content.decode(errors="replace")


@frozen(kw_only=True)
class Platform(PayseraProtocol):
    """The calls that no other module of the adapter makes."""

    def check_webhooks(self, url: str) -> Flow[WebhookReport]:
        """Says that there are none: Paysera's callbacks are about transactions.

        docs: guides/wallet, callbacks
        """
        yield from ()
        return WebhookReport(note=_NO_WEBHOOKS)

    def install_webhooks(self, url: str, *, replace: bool = False) -> Flow[WebhookReport]:
        """Registers nothing, as `check_webhooks` says."""
        return self.check_webhooks(url)

    # -- receipts; docs: user-resource, Identification Process

    def registration_receipt(
        self, user_id: str, *, locale: str | None = None, width: int | None = None
    ) -> Flow[Receipt]:
        """Fetches the receipt of a registration.

        `locale` is en, lt or ru; `width` is a whole number, probably of a printer's columns.
        """
        return self._receipt(user_id, "registration", locale, width)

    def identification_receipt(
        self, user_id: str, *, locale: str | None = None, width: int | None = None
    ) -> Flow[Receipt]:
        """Fetches the receipt that must be printed after an identity was provided.

        `locale` and `width` are those of `registration_receipt`.
        """
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

    # -- captchas

    def solve_captcha(self, error: ProviderError, solution: str) -> Flow[None]:
        """Sends the solution of a captcha, which lifts a rate limit; then retry the call.

        `error` is a `RateLimited` whose `provider_fields["g-recaptcha-key"]` is the site key for
        the captcha; `solution` is the captcha's response token. The request goes to the URL that
        the error names and is not signed (the official Java client, `unlockRecaptcha`). Raises
        `InvalidInput` for an error without a captcha.
        """
        place = error.provider_fields.get(CAPTCHA[1])
        if not _is_address(place):
            raise InvalidInput([Problem("", "missing", "the error has no captcha")])
        made = Request(
            method="POST",
            url=place,
            body=form_body({"g-recaptcha-response": solution}),
            operation="solve_captcha",
            anonymous=True,
        )
        response = yield made.with_headers(Content_Type="application/x-www-form-urlencoded")
        self.succeeded(response)

    # -- a check

    def probe(self) -> Flow[datetime]:
        """Fetches the server time, then the description of the caller, which is signed.

        docs: api/wallet/get-server-info, guides/wallet/projects/clients; with a user's token, the
        user is fetched instead.
        """
        time = yield from self.server_time()
        path = ("client",) if self.access_token is None else ("user", "me")
        response = yield self.request("GET", "probe", *path)
        self.answer(response)
        return time

    # -- any other request

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Flow[Response]:
        """Sends any request below `/rest/v1`: `raw("GET", "user", user_id, "wallets")`.

        The request is signed, errors are raised as for every other call, and the response is
        returned unchanged.
        """
        response = yield self.request(method, "raw", *path, body=body, query=query)
        return self.answered(response)


def _is_address(text: object) -> TypeGuard[str]:
    """Returns whether a text of a response is a URL to which a request can be sent."""
    if not isinstance(text, str) or not _PRINTABLE(text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port  # raises ValueError unless it is a number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
