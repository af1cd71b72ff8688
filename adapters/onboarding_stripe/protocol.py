"""What all calls to Stripe share: settings, hosts, requests, responses, pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from attrs import frozen
from onboarding import InvalidInput, Problem, Secret
from onboarding.spi import (
    Adapter,
    Country,
    FilePart,
    Flow,
    Paged,
    Proof,
    Quota,
    Request,
    Response,
    Url,
    as_list,
    as_object,
    reference,
    unexpected,
    url,
)

from onboarding_stripe.errors import CorePath, nowhere, raise_for
from onboarding_stripe.values import PROVIDER

__all__ = ["CONTROLLERS", "PER_PAGE", "Dashboard", "Environment", "StripeProtocol"]

T = TypeVar("T")

PER_PAGE = 100
"""Rows per page of a list, the documented maximum (docs: api/pagination)."""

# docs: api, Base URL; api/files/create
_API = "https://api.stripe.com"
_FILES = "https://files.stripe.com"


class Environment(StrEnum):
    """Test or live mode. Both have the same hosts: the key decides."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Dashboard(StrEnum):
    """The dashboard of an account, which decides who collects what is due.

    docs: api/accounts/create, controller
    """

    NONE = "none"
    EXPRESS = "express"
    FULL = "full"


# the former kinds custom, express and standard
CONTROLLERS: Mapping[Dashboard, Mapping[str, Any]] = {
    dashboard: {
        "stripe_dashboard": {"type": str(dashboard)},
        "fees": {"payer": fees},
        "losses": {"payments": losses},
        "requirement_collection": collection,
    }
    for dashboard, fees, losses, collection in (
        (Dashboard.NONE, "application", "application", "application"),
        (Dashboard.EXPRESS, "application", "application", "stripe"),
        (Dashboard.FULL, "account", "stripe", "stripe"),
    )
}


@frozen(kw_only=True)
class StripeProtocol(Adapter):
    """The settings of `Stripe`, which documents them, and its requests and responses."""

    provider: ClassVar[str] = PROVIDER
    api_version: ClassVar[str] = "2026-05-27.dahlia"
    quotas: ClassVar[tuple[Quota, ...]] = (Quota(1, 25),)  # docs: rate-limits, of a sandbox
    live_quotas: ClassVar[tuple[Quota, ...]] = (Quota(1, 100),)
    idempotency_header: ClassVar[str] = "Idempotency-Key"  # docs: api/idempotent_requests
    simulated_by: ClassVar[str] = "onboarding_simulators.stripe:StripeSimulator"

    api_key: Secret
    webhook_secrets: tuple[Secret, ...] = ()
    platform_country: Country | None = None
    dashboard: Dashboard = Dashboard.NONE
    capabilities: tuple[str, ...] = ("card_payments", "transfers")
    base_url: Url | None = None
    files_url: Url | None = None

    @classmethod
    def rules(cls, settings: Mapping[str, Any]) -> list[Problem]:
        return list(_problems(settings))

    # -- the account of the platform

    @property
    def environment(self) -> Environment:
        """Test or live mode, by the key."""
        live = self.api_key.reveal().startswith(_LIVE)
        return Environment.PRODUCTION if live else Environment.SANDBOX

    @property
    def own_quotas(self) -> tuple[Quota, ...]:
        """The quotas of test or live mode; the table `pace` of a gateway has others."""
        return self.live_quotas if self.environment is Environment.PRODUCTION else self.quotas

    @property
    def quota_account(self) -> str:
        text = f"{self.provider} {self.base} {self.api_key.reveal()}"
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def base(self) -> str:
        """The base URL of requests."""
        return self.base_url or _API

    @property
    def files(self) -> str:
        """The base URL of uploads."""
        return self.files_url or self.base_url or _FILES

    def sign(self, request: Request, proof: Proof) -> Request:
        """Adds the key and the version (docs: api/authentication, api/versioning)."""
        return request.with_headers(
            Authorization=f"Bearer {self.api_key.reveal()}", Stripe_Version=self.api_version
        )

    # -- requests

    def get(self, operation: str, *path: str, query: Iterable[tuple[str, str]] = ()) -> Request:
        """Returns a request that reads a path below `/v1`."""
        return Request.json("GET", url(self.base, "v1", *path, query=query), operation=operation)

    def post(self, operation: str, *path: str, body: Mapping[str, Any]) -> Request:
        """Returns a request with a form to a path below `/v1` (docs: api)."""
        return Request.form("POST", url(self.base, "v1", *path), body, operation=operation)

    def delete(self, operation: str, *path: str) -> Request:
        """Returns a request that deletes the object at a path below `/v1`."""
        return Request.json("DELETE", url(self.base, "v1", *path), operation=operation)

    def upload(self, operation: str, purpose: str, file: FilePart) -> Request:
        """Returns a request with a file to the host of files (docs: api/files/create)."""
        place = url(self.files, "v1", "files")
        return Request.multipart("POST", place, {"purpose": purpose}, file, operation=operation)

    def probe(self) -> Flow[None]:
        """Reads one account, which needs the key (docs: api/accounts/list)."""
        response = yield self.get("probe", "accounts", query=(("limit", "1"),))
        self.answer(response)

    # -- answers

    def accept(self, response: Response, core_path: CorePath = nowhere, about: str = "") -> None:
        """Raises the error of a response that is not successful.

        `core_path` maps a parameter of Stripe's to a core path; `about` is the core path of an
        error that names no parameter.
        """
        if not 200 <= response.status < 300:
            if response.status < 400:
                raise unexpected(response, "type", f"the answer has the status {response.status}")
            raise_for(response, core_path, about)

    def answer(
        self, response: Response, core_path: CorePath = nowhere, about: str = ""
    ) -> dict[str, Any]:
        """Returns the JSON object of a response; raises its error, as `accept` does."""
        self.accept(response, core_path, about)
        return response.json_object()

    # -- lists

    def page(
        self,
        operation: str,
        *path: str,
        page: str | None,
        query: Iterable[tuple[str, str]] = (),
    ) -> Request:
        """Returns a request for one page of a list, newest first (docs: api/pagination).

        A page token is the id of the last object of the page before.
        """
        after = () if page is None else (("starting_after", _token(page)),)
        return self.get(operation, *path, query=(("limit", str(PER_PAGE)), *after, *query))

    def paged(self, response: Response, read: Callable[[dict[str, Any]], T]) -> Paged[T]:
        """Returns the rows of a response, and the token of the next page."""
        answer = self.answer(response)
        if not isinstance(answer.get("data"), list):
            raise unexpected(response, "type", "the answer is not a list", "data")
        found = list(map(as_object, as_list(answer.get("data"))))
        last = reference(found[-1].get("id")) if found else None
        token = last if answer.get("has_more") is True else None
        return Paged(items=tuple(map(read, found)), next=token)

    def every(self, operation: str, *path: str) -> Flow[list[dict[str, Any]]]:
        """Fetches all pages of a list, as rows."""
        found: list[dict[str, Any]] = []
        page: str | None = None
        while True:
            response = yield self.page(operation, *path, page=page)
            listed = self.paged(response, dict[str, Any])
            found += listed.items
            if (page := listed.next) is None:
                return found


# docs: keys: secret and restricted keys; a publishable key only creates tokens
_LIVE = ("sk_live_", "rk_live_")
_KEYS = ("sk_test_", "rk_test_", *_LIVE)


def _problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    key = settings.get("api_key")
    text = key.reveal() if isinstance(key, Secret) else ""
    if text and not text.startswith(_KEYS):
        yield Problem("api_key", "shape", f"expected a key that starts with {', '.join(_KEYS)}")
    if text.startswith(_LIVE) and settings.get("allow_insecure_http") is True:
        yield Problem("allow_insecure_http", "conflict", "not allowed with a live key")


def _token(page: object) -> str:
    if not isinstance(page, str) or not page.startswith(("acct_", "person_", "ba_", "card_")):
        raise InvalidInput([Problem("page", "shape", "unknown page token")])
    return page
