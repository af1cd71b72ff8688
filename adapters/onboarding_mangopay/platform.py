"""The calls for the platform itself: blocks of a user, data formats, any other request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from attrs import field, frozen
from onboarding import InvalidInput, Problem
from onboarding.spi import Flow, Request, Response, as_list, as_object, url

from onboarding_mangopay.content import leaves, same_content
from onboarding_mangopay.keys import Keys

__all__ = ["CompanyNumberCheck", "Platform", "Regulatory"]


@frozen(kw_only=True)
class Regulatory:
    """Whether MangoPay blocks a user's money, and when the user must be verified again.

    `action_code` is the reason in six digits, empty if nothing is blocked (docs:
    view-user-block-status).
    """

    user_id: str
    inflows_blocked: bool
    outflows_blocked: bool
    action_code: str = ""
    verified_on: date | None = None
    renewal_due: date | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


@frozen(kw_only=True)
class CompanyNumberCheck:
    """Whether a registration number is valid in its country, and the rules of that country."""

    valid: bool
    rules: tuple[str, ...] = ()


@frozen(kw_only=True)
class Platform(Keys):
    """The calls that no other module of the adapter makes."""

    def regulatory(self, user_id: str) -> Flow[Regulatory]:
        """Reads whether a user is blocked, and why (docs: view-user-block-status)."""
        response = yield self.request("GET", "regulatory", "users", user_id, "regulatory")
        answer = self.answer(response)
        blocked = as_object(answer.get("ScopeBlocked"))
        renewal = as_object(answer.get("KycInformation"))
        return Regulatory(
            user_id=user_id,
            inflows_blocked=blocked.get("Inflows") is True,
            outflows_blocked=blocked.get("Outflows") is True,
            action_code=str(answer.get("ActionCode") or ""),
            verified_on=_day(renewal.get("LastKycDate")),
            renewal_due=_day(renewal.get("KycRenewalDeadline")),
            raw=answer,
        )

    def check_company_number(self, number: str, country: str) -> Flow[CompanyNumberCheck]:
        """Checks a registration number against a country, alpha-2 (docs: validate-data-format)."""
        asked = {"CompanyNumber": {"CompanyNumber": number, "CountryCode": country}}
        path = ("users", "data-formats", "validation")
        response = yield self.request("POST", "check_company_number", *path, body=asked)
        known = {"CompanyNumber.CompanyNumber": "company.registration_number"}
        said = as_object(self.answer(response, known.get).get("CompanyNumber"))
        return CompanyNumberCheck(
            valid=said.get("IsValid") is True,
            rules=tuple(str(rule) for rule in as_list(said.get("ValidationRules"))),
        )

    def probe(self) -> Flow[None]:
        """Logs in and reads one hook, which has no personal data (docs: list-all-hooks).

        A key without the permission to read hooks is answered 403.
        """
        one = (("page", "1"), ("per_page", "1"))
        response = yield self.request("GET", "probe", "hooks", query=one)
        self.accept(response)
        response.json()

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
        idempotency_key: str | None = None,
    ) -> Flow[Response]:
        """Sends any request below `/v2.01/{client_id}`: `raw("GET", "users", user_id, "mandates")`.

        If the first segment starts with a slash, the path starts at the host:
        `raw("GET", "/v2.01/countries", "FR", "authorizations")`. A POST with an `idempotency_key`
        is carried out once; other methods with a key raise `InvalidInput`. Errors are raised as
        for every other call, and the response is returned unchanged.
        """
        keyed = self.keyed("raw", method, *path, idempotency_key=idempotency_key)
        if keyed is not None and method != "POST":
            text = "MangoPay takes idempotency keys with POST only"
            raise InvalidInput([Problem("idempotency_key", "unsupported", text)])
        request = self.request(method, "raw", *path, body=body, query=query)
        if path and str(path[0]).startswith("/"):
            whole = (*path[0].strip("/").split("/"), *path[1:])
            place = url(self.base, *whole, query=query)
            request = Request.json(method, place, body, operation="raw")
        same = None
        if body is not None:
            same = partial(same_content, body, paths=tuple(leaves(body)), nulls=True)
        response, _ = yield from self.once(request, keyed, same)
        self.accept(response)
        return response


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
