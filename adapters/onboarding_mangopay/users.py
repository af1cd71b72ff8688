"""Users at MangoPay: create, fetch, list, update, categorise, close.

docs: api-reference/users
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from onboarding import Company, Loss, PersonType, Problem, Unsupported, User, UserRecord
from onboarding.spi import Flow, On, Paged, Response, Translation, trust

from onboarding_mangopay.content import comparable, same_content
from onboarding_mangopay.keys import Keys
from onboarding_mangopay.protocol import Api
from onboarding_mangopay.records import record, wire_of
from onboarding_mangopay.values import PROVIDER
from onboarding_mangopay.wire.legal import LegacyLegalUser, LegalUser
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser

__all__ = ["WIRES", "Users"]

WIRES = {
    (Api.SCA, PersonType.NATURAL): NaturalUser,
    (Api.SCA, PersonType.LEGAL): LegalUser,
    (Api.LEGACY, PersonType.NATURAL): LegacyNaturalUser,
    (Api.LEGACY, PersonType.LEGAL): LegacyLegalUser,
}


@frozen(kw_only=True)
class Users(Keys):
    """The operations on users."""

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        """Registers a natural or legal user.

        For 24 hours, a call with the same `idempotency_key` and user returns the first record, as
        it was then; with another user it raises `IdempotencyConflict`.

        docs: create-natural-user-sca, create-legal-user-sca; legacy: create-natural-user
        """
        keyed = self.keyed("create_user", idempotency_key=idempotency_key)
        wire = self.wire_for(self.validated(user))
        body, losses = wire.to_wire(user, On.CREATE)
        losses = self.refuse(losses)
        request = self.request("POST", "create_user", *self._place(user), body=body)

        def same(shown: Mapping[str, Any]) -> bool:
            sent = {"PersonType": str(user.person_type).upper(), **body}
            there, _ = wire.from_wire(shown)
            paths = ("PersonType", *comparable(wire, there))
            return same_content(sent, shown, paths, defaults=("UserCategory",))

        response, _ = yield from self.once(request, keyed, same)
        return self._record(response, wire, losses, user)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        """Reads a user; the link of an open action is not shown again.

        docs: view-user-sca; legacy: view-user
        """
        response = yield self.request("GET", "fetch_user", *self.sca, "users", user_id)
        return self._record(response, wire_of(NaturalUser, self.tag_holds), ())

    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        """Lists one page of users, oldest first, without names and addresses (docs: list-users)."""
        response = yield self.page("list_users", "users", page=page)

        def read(row: Mapping[str, Any]) -> UserRecord:
            return _with_company(record(self, row, response, tag_holds=self.tag_holds))

        return self.paged(response, page, read)

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """Sends what differs from a record. Raises `Unsupported` for another person type.

        docs: update-natural-user-sca, update-legal-user-sca; legacy: update-natural-user
        """
        self.require_own(record, UserRecord)
        wire = self.wire_for(self.validated(user, record))
        _require_same_person(record, user)
        body, losses = wire.update(record.user, user, unmapped=record.unmapped)
        losses = self.refuse(losses)
        if not body:
            return self.unchanged(record, losses)
        path = (*self._place(user), record.id)
        response = yield self.request("PUT", "update_user", *path, body=body)
        return self._record(response, wire, losses, user)

    def categorise_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """Changes the category, with the fields that it requires; on the legacy API an update.

        docs: categorize-natural-user, categorize-legal-user
        """
        if self.api is Api.LEGACY:
            return (yield from self.update_user(record, user))
        self.require_own(record, UserRecord)
        wire = self.wire_for(self.validated(user, record))
        _require_same_person(record, user)
        body, losses = wire.to_wire(
            user, On.CATEGORISE, unmapped=record.unmapped, since=record.user
        )
        losses = self.refuse(losses)
        path = (*self._place(user), record.id, "category")
        response = yield self.request("PUT", "categorise_user", *path, body=body)
        return self._record(response, wire, losses, user)

    def close_user(self, record: UserRecord) -> Flow[UserRecord]:
        """Closes a user, which is final; returns the given record as closed.

        docs: close-natural-user, close-legal-user
        """
        self.require_own(record, UserRecord)
        path = ("users", str(record.user.person_type), record.id)
        response = yield self.request("DELETE", "close_user", *path)
        self.accept(response)
        shown = {**record.provider_fields, "UserStatus": "CLOSED"}
        return self.closed(record, response, provider_fields=shown)

    def wire_for(self, user: User) -> Translation:
        return wire_of(WIRES[self.api, user.person_type], self.tag_holds)

    def _place(self, user: User) -> tuple[str, ...]:
        return (*self.sca, "users", str(user.person_type))

    def _record(
        self,
        response: Response,
        wire: Translation,
        losses: tuple[Loss, ...],
        user: User | None = None,
    ) -> UserRecord:
        payload = self.answer(response, lambda name: wire.core_path(name, user))
        found = record(self, payload, response, tag_holds=self.tag_holds, losses=losses)
        return _with_company(found)


def _with_company(found: UserRecord) -> UserRecord:
    """Returns a legal user as a company, also if MangoPay shows no field of the company."""
    if found.provider_fields.get("PersonType") != "LEGAL" or found.user.company is not None:
        return found
    user = trust(User, {**vars(found.user), "company": Company()})
    return trust(UserRecord, {**vars(found), "user": user})


def _require_same_person(record: UserRecord, user: User) -> None:
    # docs: natural-user-object, PersonType: set by the endpoint of creation, read-only
    if record.user.person_type is not user.person_type:
        text = "a natural person cannot become a legal person, nor the reverse"
        raise Unsupported([Problem("company", "unsupported", text)], provider=PROVIDER)
