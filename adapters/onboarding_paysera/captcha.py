"""The flow that lifts a limit by the captcha that a user solved."""

from __future__ import annotations

import re
from typing import TypeGuard
from urllib.parse import urlsplit

from attrs import frozen
from onboarding import InvalidInput, Problem, ProviderError
from onboarding.spi import Flow, Request

from onboarding_paysera.errors import CAPTCHA
from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import form_body

__all__ = ["Limits"]

_PRINTABLE = re.compile(r"[!-~]{1,2048}").fullmatch


@frozen(kw_only=True)
class Limits(PayseraProtocol):
    """Limits that a captcha lifts. The official Java client, `WalletApiClient.unlockRecaptcha`."""

    def solve_captcha(self, error: ProviderError, solution: str) -> Flow[None]:
        """Sends the solution of the captcha that a `RateLimited` tells of; then try again.

        `error.native["g-recaptcha-key"]` is the site key to show the captcha with, `solution` what
        it gave. Nothing is signed: the address is one that an answer named. Raises `InvalidInput`
        for an error without a captcha.
        """
        place = error.provider_fields.get(CAPTCHA[1])
        if not _is_address(place):
            raise InvalidInput([Problem("", "missing", "the error tells of no captcha")])
        made = Request(
            method="POST",
            url=place,
            body=form_body({"g-recaptcha-response": solution}),
            operation="solve_captcha",
            anonymous=True,
        )
        response = yield made.with_headers(Content_Type="application/x-www-form-urlencoded")
        self.succeeded(response)


def _is_address(text: object) -> TypeGuard[str]:
    """Whether a text of an answer is a URL that a request can go to."""
    if not isinstance(text, str) or not _PRINTABLE(text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port  # raises for one that is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
