"""The protocol that every flow of Paysera shares: settings, addresses, signatures, answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import attrs
from attrs import frozen
from onboarding import (
    DocumentPage,
    InvalidInput,
    LevelPolicy,
    Loss,
    Problem,
    Secret,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.spi import (
    Adapter,
    Flow,
    Identifier,
    Proof,
    Request,
    Response,
    Target,
    Translation,
    Url,
    canonical,
    moment,
    translation,
    url,
)

from onboarding_paysera.errors import clock_refused, raise_for
from onboarding_paysera.extras import PayseraExtras
from onboarding_paysera.records import PROVIDER, settled
from onboarding_paysera.signing import authorization
from onboarding_paysera.targets import TARGETS
from onboarding_paysera.values import given, shown_id, unexpected
from onboarding_paysera.wire.user import WITH_CODE, AddressedUser, PayseraUser
from onboarding_paysera.wire.vocabulary import LEVELS

__all__ = ["Environment", "PayseraProtocol"]


class Environment(StrEnum):
    """Which host. The documents disagree on whether a sandbox exists."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"


# the official PHP client's router; docs: guides/wallet/authentication
_HOSTS = {
    Environment.PRODUCTION: "https://wallet.paysera.com",
    Environment.SANDBOX: "https://wallet-sandbox.paysera.com",
}


# docs: wallet/user/scopes: `X`, `X_offline`, `X_optional`, `X_offline_optional` show the same
_SUFFIXES = ("_optional", "_offline")


def _base_scope(scope: str) -> str:
    for suffix in _SUFFIXES:
        scope = scope.removesuffix(suffix)
    return scope


def _with_code(_: object, attribute: attrs.Attribute[str | None], value: object) -> None:
    # docs: payment/generator, of its link
    if isinstance(value, str) and not WITH_CODE.fits(value):
        raise InvalidInput([Problem(attribute.name, "shape", f"expected {WITH_CODE.words}")])


@frozen(kw_only=True)
class PayseraProtocol(Adapter):
    """The settings of an API client, and how a request of it is made and its answer read."""

    provider: ClassVar[str] = PROVIDER
    default_level_policy: ClassVar[LevelPolicy] = LEVELS
    extras: ClassVar[type | None] = PayseraExtras
    wires: ClassVar[tuple[type, ...]] = (PayseraUser, AddressedUser)
    targets: ClassVar[Mapping[str, Target]] = TARGETS
    certificate_settings: ClassVar[tuple[str, ...]] = ("client_certificate",)
    simulated_by: ClassVar[str] = "onboarding_simulators.paysera:PayseraSimulator"

    client_id: Identifier
    mac_key: Secret | None = None
    client_certificate: bool = False
    access_token: Secret | None = None
    environment: Environment = Environment.PRODUCTION
    base_url: Url | None = None
    authorize_url: Url | None = None
    project_id: Identifier | None = None
    location_id: Identifier | None = None
    scopes: tuple[Identifier, ...] | None = None
    sends_address: bool = False
    phone_link: str | None = attrs.field(default=None, validator=_with_code)
    email_link: str | None = attrs.field(default=None, validator=_with_code)

    @classmethod
    def rules(cls, settings: Mapping[str, Any]) -> list[Problem]:
        certified = settings.get("client_certificate") and settings.get("access_token") is None
        if certified or settings.get("mac_key") is not None:
            return []
        text = "is required, unless a client certificate takes its place"
        return [Problem("mac_key", "missing", text)]

    # -- signatures

    def sign(self, request: Request, proof: Proof) -> Request:
        if request.anonymous:
            return request
        extra = {"project_id": self.project_id, "location_id": self.location_id}
        given = {name: value for name, value in extra.items() if value is not None}
        if self.mac_key is None or (self.client_certificate and self.access_token is None):
            # The official PHP client, Auth/ClientCertificate: no Authorization header at all.
            named = {f"Wallet_Api_{name.title()}": value for name, value in given.items()}
            return request.with_headers(**named)
        token = self.access_token
        header = authorization(
            token.reveal() if token is not None else self.client_id,
            self.mac_key.reveal(),
            request.method,
            request.url,
            request.body,
            timestamp=int(proof.now.timestamp()),
            nonce=proof.nonce,
            parameters=given,
        )
        return request.with_headers(Authorization=header)

    def is_transient(self, response: Response) -> bool:
        # Of a proxy, in HTML; the official PHP client repeats the request once, whatever it is.
        return response.status == 502

    def clock_refused(self, response: Response) -> bool:
        return clock_refused(response)

    def server_time(self) -> Flow[datetime]:
        """docs: api/wallet/get-server-info. It takes no credentials, and so no clock."""
        place = url(self.base, "rest", "v1", "server")
        response = yield Request(method="GET", url=place, operation="server_time", anonymous=True)
        found = moment(self.answer(response).get("time"))
        if found is None:
            raise unexpected(response, "the answer has no time", "time")
        return found

    # -- requests

    @property
    def base(self) -> str:
        """Where requests go."""
        return self.base_url or _HOSTS[self.environment]

    def request(
        self,
        method: str,
        operation: str,
        *path: str | int,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        """A request to a place below `/rest/v1`."""
        place = url(self.base, "rest", "v1", *path, query=query)
        return Request.json(method, place, body, operation=operation)

    def upload(self, method: str, operation: str, *path: str | int, page: DocumentPage) -> Request:
        """A request whose body is the bytes of a page, as they are."""
        content = given("page", page, DocumentPage).content
        made = attrs.evolve(self.request(method, operation, *path), body=content)
        named = canonical(page.media_type or "application/octet-stream")
        return made.with_headers(Content_Type=named)

    def of_user(self, user_id: str, *path: str) -> tuple[str, ...]:
        """The place of what is a user's. Raises `Unsupported` for `me` without a user's token."""
        if user_id == "me" and self.access_token is None:
            problem = Problem("", "unsupported", "`me` needs a user's access token")
            raise Unsupported([problem], provider=PROVIDER)
        return ("user", user_id, *path)

    # -- answers

    def answered(self, response: Response) -> Response:
        """The answer, if it is a yes; raises what a no means.

        Paysera documents no redirect: one is of a proxy, and says nothing of the request.
        """
        if response.status < 400 and not 200 <= response.status < 300:
            raise unexpected(response, f"the answer has the status {response.status}")
        if not 200 <= response.status < 300:
            raise_for(response, self._wire.core_path)
        return response

    def succeeded(self, response: Response) -> None:
        """Reads an answer that says only that a write was carried out; raises what a no means.

        It is empty, or JSON: a page of HTML is of a proxy, and says nothing of the write.
        """
        if self.answered(response).body:
            response.json()

    def answer(self, response: Response) -> dict[str, Any]:
        """The object in an answer, an empty one for an empty body; raises what a no means.

        PHP writes an empty object as `[]`, unless it is told otherwise.
        """
        shown = self.answered(response)
        if not shown.body or shown.body.strip() in (b"[]", b"null"):
            return {}
        return shown.json_object()

    def user_record(
        self,
        response: Response,
        losses: tuple[Loss, ...] = (),
        *,
        given: User | None = None,
        before: UserRecord | None = None,
        identified: bool = False,
    ) -> UserRecord:
        """The record in an answer that is a user; raises what a no means."""
        answer = self.answer(response)
        shown_id(answer, response)  # typed and bounded
        shown = self.record(
            self._wire,
            answer,
            response,
            id="id",
            levels=("identification_level", "calculated_level"),
            scopes=None if self.scopes is None else {*map(_base_scope, self.scopes)},
            losses=losses,
        )
        return settled(shown, given=given, before=before, identified=identified)

    @property
    def _wire(self) -> Translation:
        return translation(AddressedUser if self.sends_address else PayseraUser, PROVIDER)
