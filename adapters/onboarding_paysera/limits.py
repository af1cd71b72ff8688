"""The flow that lifts a limit by the captcha that a user solved."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from attrs import frozen
from onboarding import Flow, InvalidInput, Problem, ProviderError, Request

from onboarding_paysera.errors import CAPTCHA
from onboarding_paysera.protocol import PayseraProtocol

__all__ = ["Limits"]


@frozen(kw_only=True)
class Limits(PayseraProtocol):
    """Limits that a captcha lifts. The official Java client, `WalletApiClient.unlockRecaptcha`."""

    def solve_captcha(self, error: ProviderError, solution: str) -> Flow[None]:
        """Sends the solution of the captcha that a `RateLimited` tells of; then try again.

        `error.native["g-recaptcha-key"]` is the site key to show the captcha with, `solution` what
        it gave. Nothing is signed: the address is one that an answer named. Raises `InvalidInput`
        for an error without a captcha.
        """
        place = str(error.native.get(CAPTCHA[1], ""))
        if urlsplit(place).scheme not in ("http", "https"):
            raise InvalidInput([Problem("", "missing", "the error tells of no captcha")])
        made = Request(
            method="POST",
            url=place,
            body=urlencode({"g-recaptcha-response": solution}).encode("ascii"),
            operation="solve_captcha",
            anonymous=True,
        )
        response = yield made.with_headers(Content_Type="application/x-www-form-urlencoded")
        self.answered(response)
