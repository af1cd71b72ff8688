"""What every flow of the MangoPay adapter shares: settings, login, requests and their answers."""

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
    RateLimit,
    Request,
    Response,
    Token,
    Url,
    as_object,
    url,
)

from onboarding_mangopay.errors import CorePath, is_sca_demand, nowhere, raise_for
from onboarding_mangopay.records import PROVIDER, rate_limits

__all__ = ["PER_PAGE", "Api", "Environment", "MangoPayProtocol"]

T = TypeVar("T")

_LONGEST_LIFE = 24 * 60 * 60
"""Seconds that a token is used at most, whatever a login says; the documented life is an hour."""

PER_PAGE = 100
"""Entries of one page of a list (docs: overview/pagination: the most there are)."""


class Environment(StrEnum):
    """Which of MangoPay's two worlds."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Api(StrEnum):
    """Which user endpoints: those with strong customer authentication, or the legacy ones."""

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
    """How MangoPay is spoken to, whatever the subject.

    Settings: `client_id` and `api_key` of the platform; `environment`; `api` (`legacy` calls
    the endpoints that were to stop on 15 December 2025); `mtls` for the hosts that ask for a
    client certificate; `base_url` in place of a host (a simulator).
    """

    provider: ClassVar[str] = PROVIDER
    certificate_settings: ClassVar[tuple[str, ...]] = ("mtls",)
    simulated_by: ClassVar[str] = "onboarding_simulators.mangopay:MangoPaySimulator"

    client_id: Identifier
    api_key: Secret
    environment: Environment = Environment.SANDBOX
    api: Api = Api.SCA
    mtls: bool = False
    base_url: Url | None = None

    @property
    def base(self) -> str:
        """Where requests go."""
        return self.base_url or _HOSTS[self.environment, self.mtls]

    @property
    def sca(self) -> tuple[str, ...]:
        """What a path to users begins with."""
        return ("sca",) if self.api is Api.SCA else ()

    # -- who calls

    def login(self) -> Flow[Token]:
        """docs: overview/authentication: OAuth 2.0 client credentials."""
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
        """docs: overview/authentication; overview/idempotency: a key for every POST.

        Where the caller gave no key, a random one keeps anything on the way from sending the
        request twice. It is another one at each try of the engine's.
        """
        if proof.token is None:
            return request
        if request.method == "POST" and "Idempotency-Key" not in request.headers:
            request = request.with_headers(Idempotency_Key=proof.nonce)
        return request.with_headers(Authorization=f"bearer {proof.token.value}")

    def token_refused(self, response: Response) -> bool:
        return response.status == 401 and not is_sca_demand(response)

    def rate_limits(self, response: Response) -> tuple[RateLimit, ...]:
        """docs: overview/rate-limiting: four sliding windows."""
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
        """A request to a path of the platform's."""
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
        """Raises what a no means; a status of no documented kind is `UnexpectedResponse`.

        `core_path` finds the core path of a field that MangoPay names; `about` is the one of
        the whole request; `user_id` is who must act, where the answer asks a user to.
        """
        if not 200 <= response.status < 300:
            if response.status < 400:  # such as a redirect, which refuses nothing
                problem = Problem("", "type", f"the answer has the status {response.status}")
                raise UnexpectedResponse([problem], status=response.status, raw=response.body)
            raise_for(response, core_path, about=about, user_id=user_id, provenance=self.provenance)

    def answer(
        self,
        response: Response,
        core_path: CorePath = nowhere,
        *,
        about: str = "",
        user_id: str = "",
    ) -> dict[str, Any]:
        """The object in a yes; raises what a no means, as `accept` does."""
        self.accept(response, core_path, about=about, user_id=user_id)
        return response.json_object()

    # -- lists

    def page(
        self, operation: str, *path: str, page: str | None, query: Iterable[tuple[str, str]] = ()
    ) -> Request:
        """A request for one page of a list, oldest first.

        docs: overview/pagination, overview/filtering-sorting. Raises `InvalidInput` for a page
        that no list named.
        """
        number = "1" if page is None else page
        if not (isinstance(number, str) and number.isascii() and number.isdigit()):  # pyright: ignore[reportUnnecessaryIsInstance]
            text = "is none that a list named"
            raise InvalidInput([Problem("page", "shape", text)])
        wanted = (("page", number), ("per_page", str(PER_PAGE)))
        return self.request("GET", operation, *path, query=(*wanted, *query))

    def paged(
        self,
        response: Response,
        page: str | None,
        read: Callable[[dict[str, Any]], T],
        *,
        user_id: str = "",
    ) -> Paged[T]:
        """What came as one page, and the number of the next.

        Without the documented headers, a full page is taken not to be the last.
        """
        self.accept(response, user_id=user_id)
        found: object = response.json()
        if not isinstance(found, list):
            problem = Problem("", "type", "the answer is not a list")
            raise UnexpectedResponse([problem], status=response.status, raw=response.body)
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
