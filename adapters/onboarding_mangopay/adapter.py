"""The MangoPay adapter: its settings, its login, its flows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, uuid5

from attrs import frozen
from onboarding import (
    Adapter,
    Flow,
    LevelPolicy,
    NextAction,
    PersonType,
    Problem,
    Proof,
    Request,
    Response,
    Secret,
    Target,
    Token,
    UnexpectedResponse,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.http import as_object, url
from onboarding.mapping import On, Translation, translation
from onboarding.mapping.unread import read_with_losses
from onboarding.model.loss import Loss
from onboarding.model.shapes import Url

from onboarding_mangopay.errors import is_sca_demand, raise_for
from onboarding_mangopay.extras import MangoPayExtras
from onboarding_mangopay.records import PROVIDER, enrolment, record, shape_of
from onboarding_mangopay.targets import TARGETS
from onboarding_mangopay.wire.legal import LegacyLegalUser, LegalUser
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser
from onboarding_mangopay.wire.vocabulary import LEVELS

__all__ = ["Api", "Environment", "MangoPay"]


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

_WIRES = {
    (Api.SCA, PersonType.NATURAL): NaturalUser,
    (Api.SCA, PersonType.LEGAL): LegalUser,
    (Api.LEGACY, PersonType.NATURAL): LegacyNaturalUser,
    (Api.LEGACY, PersonType.LEGAL): LegacyLegalUser,
}


@frozen(kw_only=True)
class MangoPay(Adapter):
    """Users at MangoPay, REST API v2.01.

    Settings: `client_id` and `api_key` of the platform; `environment`; `api` (`legacy` calls
    the endpoints that were to stop on 15 December 2025); `mtls` for the hosts that ask for a
    client certificate; `base_url` in place of a host (a simulator).
    """

    provider: ClassVar[str] = PROVIDER
    native_levels: ClassVar[LevelPolicy] = LEVELS
    extras: ClassVar[type | None] = MangoPayExtras
    wires: ClassVar[tuple[type, ...]] = tuple(_WIRES.values())
    targets: ClassVar[Mapping[str, Target]] = TARGETS

    client_id: str
    api_key: Secret
    environment: Environment = Environment.SANDBOX
    api: Api = Api.SCA
    mtls: bool = False
    base_url: Url | None = None

    # -- users

    def create_user(self, user: User, *, key: str | None = None) -> Flow[UserRecord]:
        """docs: create-natural-user-sca, create-legal-user-sca; legacy: create-natural-user."""
        wire = self.wire_for(self.checked(user))
        body, losses = wire.to_wire(user, On.CREATE)
        losses = self.refuse(losses)
        request = self._request("POST", "create_user", *self._users(user), body=body)
        if key is not None:
            request = request.with_headers(Idempotency_Key=self.idempotency_key(key))
        response = yield request
        return self._record(response, wire, losses)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        """docs: view-user-sca; legacy: view-user. A link of an open action is never shown again."""
        sca = ("sca",) if self.api is Api.SCA else ()
        response = yield self._request("GET", "fetch_user", *sca, "users", user_id)
        return self._record(response, translation(NaturalUser, PROVIDER), ())

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """docs: update-natural-user-sca, update-legal-user-sca; legacy: update-natural-user."""
        self.own(record)
        wire = self.wire_for(self.checked(user, record))
        self._same_person(record, user)
        body, losses = wire.update(record.user, user, residue=record.residue)
        losses = self.refuse(losses)
        if not body:
            return self.unchanged(record, losses)
        path = (*self._users(user), record.id)
        response = yield self._request("PUT", "update_user", *path, body=body)
        return self._record(response, wire, losses)

    def categorise_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """docs: categorize-natural-user, categorize-legal-user. The legacy way is an update."""
        if self.api is Api.LEGACY:
            return (yield from self.update_user(record, user))
        self.own(record)
        wire = self.wire_for(self.checked(user, record))
        self._same_person(record, user)
        body, losses = wire.to_wire(user, On.CATEGORISE, since=record.user)
        losses = self.refuse(losses)
        path = (*self._users(user), record.id, "category")
        response = yield self._request("PUT", "categorise_user", *path, body=body)
        return self._record(response, wire, losses)

    # -- next actions

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """docs: enroll-user. Earlier links stay good until their ten minutes end."""
        self.own(action)
        path = ("sca", "users", action.user_id, "enrollment")
        response = yield self._request("POST", "renew", *path)
        answer = self._answer(response, translation(NaturalUser, PROVIDER))
        link = as_object(answer.get("PendingUserAction")).get("RedirectUrl")
        if not isinstance(link, str):
            problem = Problem("", "missing", "the answer has no link", "PendingUserAction")
            raise UnexpectedResponse([problem], status=response.status, raw=response.body)
        return enrolment(action.user_id, link, self.name, response.received_at)

    # -- translation alone

    def wire_for(self, user: User) -> Translation:
        return translation(_WIRES[self.api, user.person_type], PROVIDER)

    @classmethod
    def read_user(cls, payload: Mapping[str, Any]) -> tuple[User, tuple[Loss, ...]]:
        return read_with_losses(shape_of(payload), payload)

    @classmethod
    def write_user(cls, user: User) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        wire = translation(_WIRES[Api.SCA, user.person_type], PROVIDER)
        return wire.to_wire(user, On.CREATE)

    # -- before anything is sent

    def target(self, name: str) -> Target:
        natural, legal = _WIRES[self.api, PersonType.NATURAL], _WIRES[self.api, PersonType.LEGAL]
        return super().target(name).written_by(natural, legal)

    # -- the protocol

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
        answer = self._answer(response, translation(NaturalUser, PROVIDER))
        value, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not isinstance(life, int):
            problem = Problem("", "missing", "the answer has no token", "access_token")
            raise UnexpectedResponse([problem], status=response.status)
        return Token(value, response.received_at + timedelta(seconds=life))

    def sign(self, request: Request, proof: Proof) -> Request:
        if proof.token is None:
            return request
        return request.with_headers(Authorization=f"bearer {proof.token.value}")

    def token_refused(self, response: Response) -> bool:
        return response.status == 401 and not is_sca_demand(response)

    @property
    def base(self) -> str:
        """Where requests go."""
        return self.base_url or _HOSTS[self.environment, self.mtls]

    def idempotency_key(self, key: str) -> str:
        """docs: overview/idempotency: 16 to 36 letters, digits and dashes; here a UUID."""
        return str(uuid5(NAMESPACE_URL, f"onboarding:mangopay:{self.client_id}:{key}"))

    @classmethod
    def simulator(cls) -> Any:
        from onboarding_mangopay.simulator import MangoPaySimulator  # an extra of its own

        return MangoPaySimulator

    # -- shared by the flows

    def _users(self, user: User) -> tuple[str, ...]:
        sca = ("sca",) if self.api is Api.SCA else ()
        return (*sca, "users", str(user.person_type))

    def _same_person(self, record: UserRecord, user: User) -> None:
        # docs: natural-user-object, PersonType: set by the endpoint of creation, never modified
        if record.user.person_type is not user.person_type:
            text = "a natural person cannot become a legal one, nor the reverse"
            raise Unsupported([Problem("company", "unsupported", text)], provider=PROVIDER)

    def _request(
        self, method: str, operation: str, *path: str, body: dict[str, Any] | None = None
    ) -> Request:
        place = url(self.base, "v2.01", self.client_id, *path)
        return Request.json(method, place, body, operation=operation)

    def _answer(self, response: Response, wire: Translation) -> dict[str, Any]:
        core_path: Callable[[str], str | None] = wire.core_path
        if not 200 <= response.status < 300:
            raise_for(response, core_path)
        return response.json_object()

    def _record(
        self, response: Response, wire: Translation, losses: tuple[Loss, ...]
    ) -> UserRecord:
        payload = self._answer(response, wire)
        return record(self, payload, response, losses=losses)
