"""What all calls to MangoPay share: settings, login, requests, responses, pages."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, cast

from attrs import frozen
from onboarding import InvalidInput, Problem, Secret, UnexpectedResponse
from onboarding.spi import (
    Adapter,
    Flow,
    Identifier,
    Paged,
    Proof,
    Quota,
    RateLimit,
    Request,
    Response,
    Token,
    Url,
    as_object,
    unexpected,
    url,
)

from onboarding_mangopay.errors import CorePath, is_sca_demand, nowhere, raise_for
from onboarding_mangopay.records import rate_limits
from onboarding_mangopay.values import PROVIDER
from onboarding_mangopay.wire.vocabulary import TagHolds

__all__ = ["PER_PAGE", "Api", "Environment", "MangoPayProtocol"]

T = TypeVar("T")

_LONGEST_LIFE = 24 * 60 * 60
"""The longest use of a token in seconds, whatever a login says; an hour is documented."""

PER_PAGE = 100
"""Rows per page of a list, the documented maximum (docs: overview/pagination)."""


class Environment(StrEnum):
    """The environment; each has its own users and credentials."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Api(StrEnum):
    """The user endpoints: with strong customer authentication (SCA), or legacy."""

    SCA = "sca"
    LEGACY = "legacy"


# docs: api-reference/overview/introduction and overview/mtls: (environment, mTLS) -> host
_HOSTS = {
    (Environment.SANDBOX, False): "https://api.sandbox.mangopay.com",
    (Environment.SANDBOX, True): "https://api-mtls.sandbox.mangopay.com",
    (Environment.PRODUCTION, False): "https://api.mangopay.com",
    (Environment.PRODUCTION, True): "https://api-mtls.mangopay.com",
}


@frozen(kw_only=True)
class MangoPayProtocol(Adapter):
    """The settings of `MangoPay`, which documents them, and its requests and responses."""

    provider: ClassVar[str] = PROVIDER
    api_version: ClassVar[str] = "v2.01"
    certificate_settings: ClassVar[tuple[str, ...]] = ("mtls",)
    quotas: ClassVar[tuple[Quota, ...]] = (  # docs: overview/rate-limiting
        Quota(15 * 60, 2_300),
        Quota(30 * 60, 4_500),
        Quota(60 * 60, 8_800),
        Quota(24 * 60 * 60, 105_600),
    )
    idempotency_header: ClassVar[str] = "Idempotency-Key"  # docs: overview/idempotency
    simulated_by: ClassVar[str] = "onboarding_simulators.mangopay:MangoPaySimulator"

    client_id: Identifier
    api_key: Secret
    environment: Environment = Environment.SANDBOX
    api: Api = Api.SCA
    mtls: bool = False
    tag_holds: TagHolds = TagHolds.TAG
    base_url: Url | None = None

    @property
    def base(self) -> str:
        """The base URL of requests."""
        return self.base_url or _HOSTS[self.environment, self.mtls]

    @property
    def sca(self) -> tuple[str, ...]:
        """The first segments of a path to users."""
        return ("sca",) if self.api is Api.SCA else ()

    # -- login and headers

    def login(self) -> Flow[Token]:
        """Fetches a token by OAuth 2.0 client credentials (docs: overview/authentication)."""
        pair = f"{self.client_id}:{self.api_key.reveal()}".encode()
        response = yield Request(
            method="POST",
            url=url(self.base, "v2.01", "oauth", "token"),
            headers={
                "Authorization": f"Basic {b64encode(pair).decode('ascii')}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=b"grant_type=client_credentials",
            operation="login",
            anonymous=True,
        )
        answer = self.answer(response)
        value, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value:
            problem = Problem("", "missing", "the answer has no token", "access_token")
            raise UnexpectedResponse([problem], status=response.status)
        if isinstance(life, bool) or not isinstance(life, int) or life < 0:
            problem = Problem("", "type", "expected whole seconds", "expires_in")
            raise UnexpectedResponse([problem], status=response.status)
        return Token(value, response.received_at + timedelta(seconds=min(life, _LONGEST_LIFE)))

    def sign(self, request: Request, proof: Proof) -> Request:
        """Adds the token (docs: overview/authentication)."""
        if proof.token is None:
            return request
        return request.with_headers(Authorization=f"bearer {proof.token.value}")

    def token_refused(self, response: Response) -> bool:
        return response.status == 401 and not is_sca_demand(response)

    def rate_limits(self, response: Response) -> tuple[RateLimit, ...]:
        """Returns the four sliding windows (docs: overview/rate-limiting)."""
        return rate_limits(response)

    # -- requests and answers

    def request(
        self,
        method: str,
        operation: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: Iterable[tuple[str, str]] = (),
    ) -> Request:
        """Returns a request to a path below `/v2.01/{client_id}`."""
        place = url(self.base, "v2.01", self.client_id, *path, query=query)
        return Request.json(method, place, body, operation=operation)

    def accept(
        self,
        response: Response,
        core_path: CorePath = nowhere,
        *,
        about: str = "",
        user_id: str = "",
    ) -> None:
        """Raises the error of a response that is not successful.

        `UnexpectedResponse` is raised for a redirect or another status below 400. `core_path`
        maps a field of MangoPay's to a core path; `about` is the core path of the request;
        `user_id` is the user of a required action.
        """
        if not 200 <= response.status < 300:
            if response.status < 400:
                raise unexpected(response, "type", f"the answer has the status {response.status}")
            raise_for(response, core_path, about=about, user_id=user_id, provenance=self.provenance)

    def answer(
        self,
        response: Response,
        core_path: CorePath = nowhere,
        *,
        about: str = "",
        user_id: str = "",
    ) -> dict[str, Any]:
        """Returns the JSON object of a response; raises its error, as `accept` does."""
        self.accept(response, core_path, about=about, user_id=user_id)
        return response.json_object()

    # -- lists

    def page(
        self, operation: str, *path: str, page: str | None, query: Iterable[tuple[str, str]] = ()
    ) -> Request:
        """Returns a request for one page of a list, oldest first.

        docs: overview/pagination, overview/filtering-sorting. Raises `InvalidInput` for an
        unknown page token.
        """
        number = "1" if page is None else page
        if not (isinstance(number, str) and number.isascii() and number.isdigit()):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("page", "shape", "unknown page token")])
        wanted = (("page", number), ("per_page", str(PER_PAGE)))
        return self.request("GET", operation, *path, query=(*wanted, *query))

    def _listed(
        self,
        read: Callable[[dict[str, Any], Response], T],
        operation: str,
        *path: str,
        page: str | None,
        query: Iterable[tuple[str, str]] = (),
        user_id: str = "",
    ) -> Flow[Paged[T]]:
        """Lists one page of objects; `read` returns one of a row and the response."""
        response = yield self.page(operation, *path, page=page, query=query)
        return self.paged(response, page, lambda row: read(row, response), user_id=user_id)

    def paged(
        self,
        response: Response,
        page: str | None,
        read: Callable[[dict[str, Any]], T],
        *,
        user_id: str = "",
    ) -> Paged[T]:
        """Returns the rows of a response, and the number of the next page.

        Without the documented headers, a full page counts as not the last.
        """
        self.accept(response, user_id=user_id)
        found: object = response.json()
        if not isinstance(found, list):
            raise unexpected(response, "type", "the answer is not a list")
        items = tuple(read(as_object(item)) for item in cast("list[object]", found))
        number = int(page or "1")
        pages = _count(response, "x-number-of-pages")
        more = bool(items) and (len(items) == PER_PAGE if pages is None else number < pages)
        return Paged(
            items=items,
            next=str(number + 1) if more else None,
            total=_count(response, "x-number-of-items"),
            rate_limits=rate_limits(response),
        )


def _count(response: Response, header: str) -> int | None:
    text = response.headers.get(header, "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
