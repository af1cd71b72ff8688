"""The Paysera adapter: its settings, its signature, its flows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

import attrs
from attrs import frozen
from onboarding import (
    Adapter,
    Criterion,
    Flow,
    InvalidInput,
    LevelPolicy,
    NextAction,
    Problem,
    Proof,
    Request,
    Response,
    Secret,
    Target,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.http import url
from onboarding.mapping import On, Translation, translation
from onboarding.mapping.unread import read_with_losses
from onboarding.model.loss import Loss
from onboarding.model.shapes import Url

from onboarding_paysera.errors import raise_for
from onboarding_paysera.extras import PayseraExtras
from onboarding_paysera.records import PROVIDER, settled
from onboarding_paysera.signing import authorization
from onboarding_paysera.targets import TARGETS
from onboarding_paysera.wire.user import AddressedUser, PayseraUser
from onboarding_paysera.wire.vocabulary import LEVELS

__all__ = ["Environment", "Paysera"]


class Environment(StrEnum):
    """Which host. The documents disagree on whether a sandbox exists."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"


# the official PHP client's router; docs: guides/wallet/authentication
_HOSTS = {
    Environment.PRODUCTION: "https://wallet.paysera.com",
    Environment.SANDBOX: "https://wallet-sandbox.paysera.com",
}


@frozen(kw_only=True)
class Paysera(Adapter):
    """Users at Paysera, Wallet REST API v1.

    Settings: `client_id` and `mac_key` of the API client; `environment`, or `base_url` in place
    of a host (a simulator); `project_id` and `location_id`, which are signed with each request;
    `scopes` that the client holds, so that a record tells hidden from absent; `sends_address`
    (no document says that a registration takes one, the official client sends it).
    """

    provider: ClassVar[str] = PROVIDER
    native_levels: ClassVar[LevelPolicy] = LEVELS
    extras: ClassVar[type | None] = PayseraExtras
    wires: ClassVar[tuple[type, ...]] = (PayseraUser, AddressedUser)
    targets: ClassVar[Mapping[str, Target]] = TARGETS

    client_id: str
    mac_key: Secret
    access_token: Secret | None = None
    environment: Environment = Environment.PRODUCTION
    base_url: Url | None = None
    project_id: str | None = None
    location_id: str | None = None
    scopes: tuple[str, ...] | None = None
    sends_address: bool = False

    def as_user(self, access_token: str, mac_key: str) -> Paysera:
        """The same adapter in the name of a user, by the token that the user granted."""
        token, key = Secret(access_token), Secret(mac_key)
        return attrs.evolve(self, access_token=token, mac_key=key)

    # -- users

    def create_user(self, user: User, *, key: str | None = None) -> Flow[UserRecord]:
        """docs: user-resource, Register User. The provider has no way to make it happen once."""
        self._natural(self.checked(user))
        body, losses = self._wire.to_wire(user, On.CREATE)
        losses = self.refuse(losses)
        response = yield self._request("POST", "create_user", "user", body=body)
        return self._record(response, losses, given=user)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        """docs: user-resource, By User ID; `me` is the user of the access token."""
        if user_id == "me" and self.access_token is None:
            problem = Problem("", "unsupported", "`me` needs a user's access token")
            raise Unsupported([problem], provider=PROVIDER)
        response = yield self._request("GET", "fetch_user", "user", user_id)
        return self._record(response)

    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        """docs: user-resource, By Other Information; contacts must be confirmed ones."""
        query = _query(criterion)
        response = yield self._request("GET", "find_user", "user", query=query)
        return self._record(response)

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """docs: user-resource, Provide Identity. A receipt must be printed after it."""
        self.own(record)
        self._natural(self.checked(user, record))
        body, losses = self._wire.update(record.user, user, residue=record.residue)
        losses = self.refuse(losses)
        if not body:
            return self.unchanged(record, losses)
        response = yield self._request("PUT", "update_user", "user", record.id, body=body)
        return self._record(response, losses, given=user, before=record)

    # -- next actions

    def confirm(self, action: NextAction, code: str) -> Flow[UserRecord]:
        """docs: user-resource, Confirm Phone, Confirm Email."""
        self.own(action)
        path = ("user", action.user_id, action.concerns, "confirm")
        response = yield self._request("PUT", "confirm", *path, body={"code": code})
        return self._record(response)

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """docs: user-resource, Assign Phone, Assign Email: a new code is sent."""
        self.own(action)
        value = action.value or ""
        body = {action.concerns: value.removeprefix("+")}
        path = ("user", action.user_id, action.concerns)
        response = yield self._request("POST", "renew", *path, body=body)
        self._answer(response)
        return attrs.evolve(action, issued_at=response.received_at)

    # -- translation alone

    def wire_for(self, user: User) -> Translation:
        return self._wire

    @classmethod
    def read_user(cls, payload: Mapping[str, Any]) -> tuple[User, tuple[Loss, ...]]:
        return read_with_losses(translation(PayseraUser, PROVIDER), payload)

    @classmethod
    def write_user(cls, user: User) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        cls._natural(user)
        return translation(PayseraUser, PROVIDER).to_wire(user, On.CREATE)

    # -- before anything is sent

    def target(self, name: str) -> Target:
        return super().target(name).written_by(self._wire.plan.cls, None)

    # -- the protocol

    def sign(self, request: Request, proof: Proof) -> Request:
        extra = {"project_id": self.project_id, "location_id": self.location_id}
        token = self.access_token
        header = authorization(
            token.reveal() if token is not None else self.client_id,
            self.mac_key.reveal(),
            request.method,
            request.url,
            request.body,
            timestamp=int(proof.now.timestamp()),
            nonce=proof.nonce,
            parameters={name: value for name, value in extra.items() if value is not None},
        )
        return request.with_headers(Authorization=header)

    @property
    def base(self) -> str:
        """Where requests go."""
        return self.base_url or _HOSTS[self.environment]

    @classmethod
    def simulator(cls) -> Any:
        from onboarding_paysera.simulator import PayseraSimulator  # an extra of its own

        return PayseraSimulator

    # -- shared by the flows

    @property
    def _wire(self) -> Translation:
        return translation(AddressedUser if self.sends_address else PayseraUser, PROVIDER)

    @staticmethod
    def _natural(user: User) -> None:
        # No document shows how a legal user is registered or changed; they are read-only.
        if user.company is not None:
            problem = Problem("company", "unsupported", "Paysera registers natural persons only")
            raise Unsupported([problem], provider=PROVIDER)

    def _request(
        self,
        method: str,
        operation: str,
        *path: str,
        body: dict[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        place = url(self.base, "rest", "v1", *path, query=query)
        return Request.json(method, place, body, operation=operation)

    def _answer(self, response: Response) -> dict[str, Any]:
        if not 200 <= response.status < 300:
            raise_for(response, self._wire.core_path)
        return response.json_object() if response.body else {}

    def _record(
        self,
        response: Response,
        losses: tuple[Loss, ...] = (),
        *,
        given: User | None = None,
        before: UserRecord | None = None,
    ) -> UserRecord:
        shown = self.record(
            self._wire,
            self._answer(response),
            response,
            id="id",
            levels=("identification_level", "calculated_level"),
            scopes=self.scopes,
            losses=losses,
        )
        return settled(shown, given=given, before=before)


def _query(criterion: Criterion) -> tuple[tuple[str, str], ...]:
    """docs: user-resource, By Other Information: exactly one criterion a call."""
    given: list[tuple[str, str]] = []
    if criterion.email is not None:
        given.append(("email", criterion.email))
    if criterion.phone is not None:
        given.append(("phone", criterion.phone.removeprefix("+")))
    if criterion.national_id is not None and criterion.country is not None:
        given.append((f"person_code[{criterion.country.lower()}]", criterion.national_id))
    if len(given) != 1:
        text = "give exactly one: email, phone, or national_id with its country"
        raise InvalidInput([Problem("", "conflict", text)])
    return tuple(given)
