"""What all calls to Paysera share: settings, requests, signatures, responses."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import attrs
from attrs import frozen
from onboarding import (
    ConfigurationError,
    DocumentPage,
    InvalidInput,
    Loss,
    Problem,
    Secret,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.spi import (
    Adapter,
    ErrorDetails,
    Flow,
    Identifier,
    Proof,
    Quota,
    Request,
    Response,
    Translation,
    Url,
    canonical,
    moment,
    translation,
    url,
)

from onboarding_paysera.errors import CorePath, clock_refused, raise_for
from onboarding_paysera.records import settled
from onboarding_paysera.values import PROVIDER, given, unexpected
from onboarding_paysera.wire.user import WITH_CODE, AddressedUser, PayseraUser

__all__ = ["Environment", "PayseraProtocol", "authorization"]


class Environment(StrEnum):
    """The host. The documents disagree on whether a sandbox exists."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"


# the official PHP client's router; docs: guides/wallet/authentication
_HOSTS = {
    Environment.PRODUCTION: "https://wallet.paysera.com",
    Environment.SANDBOX: "https://wallet-sandbox.paysera.com",
}


# docs: wallet/user/scopes: `X`, `X_offline`, `X_optional`, `X_offline_optional` show the same
# fields
_SUFFIXES = ("_optional", "_offline")


def _base_scope(scope: str) -> str:
    for suffix in _SUFFIXES:
        scope = scope.removesuffix(suffix)
    return scope


def _with_code(_: object, attribute: attrs.Attribute[str | None], value: object) -> None:
    # docs: payment/generator, link
    if isinstance(value, str) and not WITH_CODE.fits(value):
        raise InvalidInput([Problem(attribute.name, "shape", f"expected {WITH_CODE.words}")])


@frozen(kw_only=True)
class PayseraProtocol(Adapter):
    """The settings of `Paysera`, which documents them, and its requests and responses."""

    provider: ClassVar[str] = PROVIDER
    api_version: ClassVar[str] = "v1"
    certificate_settings: ClassVar[tuple[str, ...]] = ("client_certificate",)
    # docs: api/wallet; the first is by access token, and kept for the account: it has one or none
    quotas: ClassVar[tuple[Quota, ...]] = (Quota(60, 60), Quota(60 * 60, 1_000))
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
        text = "is required unless client_certificate is set"
        return [Problem("mac_key", "missing", text)]

    # -- signatures

    def sign(self, request: Request, proof: Proof) -> Request:
        if request.anonymous:
            return request
        extra = {"project_id": self.project_id, "location_id": self.location_id}
        given = {name: value for name, value in extra.items() if value is not None}
        if self.mac_key is None or (self.client_certificate and self.access_token is None):
            # The official PHP client, Auth/ClientCertificate: no Authorization header.
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

    def refuses_credentials(self, details: ErrorDetails) -> bool:
        # An expired token, code or password is that of one user.
        return details.status == 401 and details.code != "invalid_grant"

    def clock_refused(self, response: Response) -> bool:
        return clock_refused(response)

    def server_time(self) -> Flow[datetime]:
        """Fetches the server time, without credentials (docs: api/wallet/get-server-info)."""
        place = url(self.base, "rest", "v1", "server")
        response = yield Request(method="GET", url=place, operation="server_time", anonymous=True)
        found = moment(self.answer(response).get("time"))
        if found is None:
            raise unexpected(response, "the answer has no time", "time")
        return found

    # -- requests

    @property
    def base(self) -> str:
        """The base URL of requests."""
        return self.base_url or _HOSTS[self.environment]

    def request(
        self,
        method: str,
        operation: str,
        *path: str | int,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        """Returns a request to a path below `/rest/v1`."""
        place = url(self.base, "rest", "v1", *path, query=query)
        return Request.json(method, place, body, operation=operation)

    def upload(self, method: str, operation: str, *path: str | int, page: DocumentPage) -> Request:
        """Returns a request whose body is the bytes of a page."""
        content = given("page", page, DocumentPage).content
        named = {"Content-Type": canonical(page.media_type or "application/octet-stream")}
        asked = self.request(method, operation, *path)
        return attrs.evolve(asked, headers={**asked.headers, **named}, body=content)

    def of_user(self, user_id: str, *path: str) -> tuple[str, ...]:
        """Returns a path below a user. Raises `Unsupported` for `me` without a user's token."""
        if user_id == "me" and self.access_token is None:
            problem = Problem("", "unsupported", "`me` needs a user's access token")
            raise Unsupported([problem], provider=PROVIDER)
        return ("user", user_id, *path)

    # -- answers

    def answered(self, response: Response, core_path: CorePath | None = None) -> Response:
        """Returns a successful response; raises the error of any other.

        `core_path` maps a field of Paysera's to a core path, by default one of a user.
        Paysera documents no redirect: one comes from a proxy, and is an `UnexpectedResponse`.
        """
        if response.status < 400 and not 200 <= response.status < 300:
            raise unexpected(response, f"the answer has the status {response.status}")
        if not 200 <= response.status < 300:
            raise_for(response, core_path or self._wire.core_path)
        return response

    def succeeded(self, response: Response) -> None:
        """Checks the response to a write that returns no object; raises its error.

        The body is empty or JSON: HTML comes from a proxy, and does not confirm the write.
        """
        if self.answered(response).body:
            response.json()

    def answer(self, response: Response, core_path: CorePath | None = None) -> dict[str, Any]:
        """Returns the JSON object of a response, `{}` for an empty body; raises its error.

        `[]` is `{}` as well: PHP serialises an empty object so by default.
        """
        shown = self.answered(response, core_path)
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
        """Returns the record of a response that is a user object; raises its error."""
        answer = self.answer(response)
        shown = self.record(
            self._wire,
            answer,
            response,
            id="id",
            references=("wallets",),
            levels=("identification_level", "calculated_level"),
            scopes=None if self.scopes is None else {*map(_base_scope, self.scopes)},
            losses=losses,
        )
        return settled(shown, given=given, before=before, identified=identified)

    @property
    def _wire(self) -> Translation:
        return translation(AddressedUser if self.sends_address else PayseraUser, PROVIDER)


# -- the signature

_PORTS = {"https": 443, "http": 80}
_NOT_QUOTED = re.compile(r'["\\]').search


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode("ascii")


def authorization(
    key_id: str,
    key: str,
    method: str,
    url: str,
    body: bytes,
    *,
    timestamp: int,
    nonce: str,
    parameters: Mapping[str, str] | None = None,
) -> str:
    """Returns the value of the Authorization header, a MAC over the request.

    `timestamp` is in Unix seconds. Seven lines are signed: timestamp, nonce, method, request
    target as sent, host, port, ext. `ext` has the hash of a body that is not empty, then the
    `parameters`. Raises `ConfigurationError` for a key id or nonce with a quote or backslash.

    docs: guides/wallet/authentication (a variant of draft-ietf-oauth-v2-http-mac-01)
    """
    if _NOT_QUOTED(key_id) or _NOT_QUOTED(nonce):
        text = "the client_id, access token or nonce has a quote or a backslash"
        raise ConfigurationError([Problem("client_id", "shape", text)])
    extended = {"body_hash": _base64(hashlib.sha256(body).digest())} if body else {}
    extended |= parameters or {}
    ext = "&".join([f"{name}={quote(value, safe='')}" for name, value in extended.items()])
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    host = parts.netloc.rpartition("@")[2].lower()
    host, port = host.rsplit(":", 1) if parts.port else (host, _PORTS[parts.scheme])
    text = f"{timestamp}\n{nonce}\n{method.upper()}\n{target}\n{host}\n{port}\n{ext}\n"
    mac = _base64(hmac.digest(key.encode(), text.encode(), "sha256"))
    header = f'MAC id="{key_id}", ts="{timestamp}", nonce="{nonce}", mac="{mac}"'
    return f'{header}, ext="{ext}"' if ext else header
