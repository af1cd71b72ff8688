"""The Paysera adapter: what it can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from onboarding import (
    Criterion,
    InvalidInput,
    Loss,
    NationalId,
    Problem,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.spi import (
    Flow,
    On,
    Response,
    Target,
    Translation,
    read_with_losses,
    translation,
    written_email,
)

from onboarding_paysera.avatar import Avatars
from onboarding_paysera.captcha import Limits
from onboarding_paysera.contacts import ContactBooks, Contacts
from onboarding_paysera.documents import Documents
from onboarding_paysera.identification import Identification
from onboarding_paysera.oauth import OAuth
from onboarding_paysera.parts import Parts
from onboarding_paysera.passwords import Passwords
from onboarding_paysera.position import Positions
from onboarding_paysera.protocol import Environment, PayseraProtocol
from onboarding_paysera.receipts import Receipts
from onboarding_paysera.records import PROVIDER
from onboarding_paysera.services import Services
from onboarding_paysera.wallets import Wallets
from onboarding_paysera.wire.user import PayseraUser

__all__ = ["Environment", "Paysera"]


@frozen(kw_only=True)
class Paysera(
    OAuth, Contacts, Parts, Passwords, Wallets, Services, Positions, Avatars, Documents,
    Identification, Receipts, ContactBooks, Limits, PayseraProtocol,
):  # fmt: skip
    """Users at Paysera, Wallet REST API v1.

    Settings: `client_id` and `mac_key` of the API client, or `client_certificate` where the
    connection's TLS certificate speaks for the client and nothing is signed; `environment`, or
    `base_url` in place of a host (a simulator); `authorize_url`, where users are asked for their
    consent; `project_id` and `location_id`, which go with each request; `scopes` that the client
    holds, so that a record tells hidden from absent; `sends_address` (no document says that a
    registration takes one, the official client sends it); `phone_link` and `email_link`, templates
    of the links in the messages that bring a code to a user who is registered already.
    """

    # -- users

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        """docs: user-resource, Register User.

        Paysera has no idempotency: `key` is checked, and not sent.
        """
        self.validated_key(idempotency_key)
        self._natural(self.validated(user))
        body, losses = self._wire.to_wire(user, On.CREATE)
        losses = self.refuse(losses)
        response = yield self.request("POST", "create_user", "user", body=body)
        return self.user_record(response, losses, given=user)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        """docs: user-resource, By User ID; `me` is the user of the access token."""
        response = yield self.request("GET", "fetch_user", *self.of_user(user_id))
        return self.user_record(response)

    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        """docs: user-resource, By Other Information; contacts must be confirmed ones.

        Raises `InvalidInput` for a phone number without its country code: a national one (86...)
        would be looked for in another country.
        """
        query = _query(criterion)
        response = yield self.request("GET", "find_user", "user", query=query)
        return self.user_record(response)

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """docs: user-resource, Provide Identity. A receipt must be printed after it.

        The record of a call that provided an identity says so by an action of the kind
        `print_receipt`: `identification_receipt` fetches what is to be printed.
        """
        self.require_own(record, UserRecord)
        self._natural(self.validated(user, record))
        body, losses = self._wire.update(record.user, user, unmapped=record.unmapped)
        losses = self.refuse(losses)
        if not body:
            return self.unchanged(record, losses)
        response = yield self.request("PUT", "update_user", "user", record.id, body=body)
        return self.user_record(
            response, losses, given=user, before=record, identified="identity" in body
        )

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

    # -- anything else

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Flow[Response]:
        """Any request below `/rest/v1`: signed, its errors mapped, its answer as it came."""
        response = yield self.request(method, "raw", *path, body=body, query=query)
        return self.answered(response)

    # -- shared by the flows

    @staticmethod
    def _natural(user: User) -> None:
        # No document shows how a legal user is registered or changed; they are read-only.
        if user.company is not None:
            problem = Problem("company", "unsupported", "Paysera registers natural persons only")
            raise Unsupported([problem], provider=PROVIDER)


def _query(criterion: Criterion) -> tuple[tuple[str, str], ...]:
    """docs: user-resource, By Other Information: exactly one criterion a call."""
    phone = User(phone=criterion.phone).phone  # which checks its shape
    given: list[tuple[str, str]] = []
    if criterion.email is not None:
        given.append(("email", written_email("email", criterion.email)))
    if phone is not None:
        given.append(("phone", phone.removeprefix("+")))
    if criterion.national_id is not None and criterion.country is not None:
        number = NationalId(code=criterion.national_id, country=criterion.country)
        given.append((f"person_code[{(number.country or '').lower()}]", number.code))
    if len(given) != 1:
        text = "give exactly one: email, phone, or national_id with its country"
        raise InvalidInput([Problem("", "conflict", text)])
    return tuple(given)
