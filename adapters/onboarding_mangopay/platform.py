"""What MangoPay tells the platform: blocks of a user, forms of data, rate limits, anything else."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, cast

from attrs import field, frozen
from onboarding import Flow, Response
from onboarding.http import as_object

from onboarding_mangopay.protocol import MangoPayProtocol

__all__ = ["CompanyNumberCheck", "Platform", "RateWindow", "Regulatory", "rate_limits"]


@frozen(kw_only=True)
class Regulatory:
    """Whether MangoPay blocks the money of a user, and by when it must be verified again.

    `action_code` says why, in six digits; it is empty when nothing is blocked.
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
    """Whether a registration number has the form of its country, and the forms that it may have."""

    valid: bool
    rules: tuple[str, ...] = ()


@frozen(kw_only=True)
class RateWindow:
    """Calls in one sliding window: `minutes` long, some made, some left; full again at `resets`."""

    minutes: int
    made: int
    left: int
    resets: datetime


# docs: overview/rate-limiting
_WINDOWS = (15, 30, 60, 1440)


def rate_limits(response: Response) -> tuple[RateWindow, ...]:
    """The windows that the headers of an answer speak of; none where they are not readable.

    `x-ratelimit` counts the calls made, and is no limit. The number of values has varied, so
    which window one is of is told by when it resets, as the official SDKs do.
    """
    names = ("x-ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset")
    columns = [response.headers.get(name, "").split(",") for name in names]
    found: list[RateWindow] = []
    with suppress(ValueError, OverflowError, OSError):
        for made, left, reset in zip(*(map(int, column) for column in columns), strict=True):
            resets = datetime.fromtimestamp(reset, UTC)
            away = (resets - response.received_at).total_seconds() / 60
            minutes = next((span for span in _WINDOWS if away <= span), _WINDOWS[-1])
            found.append(RateWindow(minutes=minutes, made=made, left=left, resets=resets))
        return tuple(found)
    return ()


@frozen(kw_only=True)
class Platform(MangoPayProtocol):
    """The calls that are about no operation of the core."""

    def regulatory(self, user_id: str) -> Flow[Regulatory]:
        """Whether a user is blocked, and why (docs: view-user-block-status)."""
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
        """Whether a number has the form of its country, alpha-2 (docs: validate-data-format)."""
        asked = {"CompanyNumber": {"CompanyNumber": number, "CountryCode": country}}
        path = ("users", "data-formats", "validation")
        response = yield self.request("POST", "check_company_number", *path, body=asked)
        known = {"CompanyNumber.CompanyNumber": "company.registration_number"}
        said = as_object(self.answer(response, known.get).get("CompanyNumber"))
        found: object = said.get("ValidationRules")
        rules = cast("list[object]", found) if isinstance(found, list) else []
        return CompanyNumberCheck(
            valid=said.get("IsValid") is True,
            rules=tuple(str(rule) for rule in rules),
        )

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Flow[Response]:
        """Any request below `/v2.01/{client_id}`: `raw("GET", "users", user_id, "mandates")`."""
        sent = None if body is None else dict(body)
        response = yield self.request(method, "raw", *path, body=sent, query=query)
        self.accept(response)
        return response


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
