"""The flows of recipients, MangoPay's own: run them with `gateway.run`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen
from onboarding.spi import (
    Flow,
    Paged,
    Response,
    as_object,
    identifier,
    known_word,
    moment,
    reference,
)

from onboarding_mangopay.content import leaves, same_content
from onboarding_mangopay.keys import Keys
from onboarding_mangopay.records import ADDRESS, enrolment, filters, text, texts
from onboarding_mangopay.wire.recipients import (
    NewRecipient,
    PayoutMethod,
    Recipient,
    RecipientField,
    RecipientScope,
    RecipientType,
    core_path,
    read_recipient,
    read_schema,
    write_recipient,
)

__all__ = ["Recipients"]

_OPTIONAL = ("Country", "RecipientScope", "Tag")
_PERSON = ("FirstName", "LastName", "BusinessName", *(f"Address.{name}" for name in ADDRESS))


@frozen(kw_only=True)
class Recipients(Keys):
    """Recipients: where payouts go, since bank accounts no longer serve for that."""

    def recipient_schema(
        self,
        *,
        currency: str,
        country: str,
        type: RecipientType = RecipientType.INDIVIDUAL,
        method: PayoutMethod = PayoutMethod.LOCAL,
    ) -> Flow[tuple[RecipientField, ...]]:
        """Asks which fields a recipient has for a currency (ISO 4217) and a country (alpha-2).

        docs: view-recipient-schema
        """
        query = [
            ("PayoutMethodType", known_word("method", method, PayoutMethod)),
            ("RecipientType", known_word("type", type, RecipientType)),
            ("Currency", currency),
            ("Country", country),
        ]
        path = ("recipients", "schema")
        response = yield self.request("GET", "recipient_schema", *path, query=query)
        return tuple(read_schema(self.answer(response, core_path)))

    def payout_methods(self, *, currency: str, country: str) -> Flow[tuple[str, ...]]:
        """Asks how one can pay out, in MangoPay's words (docs: view-payout-methods)."""
        query = [("Country", country), ("Currency", currency)]
        path = ("recipients", "payout-methods")
        response = yield self.request("GET", "payout_methods", *path, query=query)
        return texts(self.answer(response, core_path).get("AvailablePayoutMethods"))

    def create_recipient(
        self, user_id: str, new: NewRecipient, *, idempotency_key: str | None = None
    ) -> Flow[Recipient]:
        """Registers a recipient, PENDING until the user followed its next action.

        docs: create-recipient: 201, and a link of ten minutes, which is never shown again
        """
        keyed = self.keyed("create_recipient", user_id, idempotency_key=idempotency_key)
        path = ("users", user_id, "recipients")
        body = write_recipient(new)
        request = self.request("POST", "create_recipient", *path, body=body)
        person = tuple(f"{new.type}Recipient.{name}" for name in _PERSON)
        paths = {*leaves(body), *person, *_OPTIONAL}

        def same(shown: Mapping[str, Any]) -> bool:
            return same_content(body, shown, paths, defaults=("Country", "RecipientScope"))

        response, _ = yield from self.once(request, keyed, same)
        answer = self.answer(response, core_path, user_id=user_id)
        return self._recipient(answer, response, user_id)

    def validate_recipient(self, user_id: str, new: NewRecipient) -> Flow[None]:
        """Asks whether a recipient would be taken, and keeps nothing; raises as creating does.

        docs: validate-recipient-data: 200 without a body
        """
        path = ("users", user_id, "recipients", "validate")
        body = write_recipient(new)
        response = yield self.request("POST", "validate_recipient", *path, body=body)
        self.accept(response, core_path, user_id=user_id)

    def fetch_recipient(self, recipient_id: str) -> Flow[Recipient]:
        """Reads a recipient (docs: view-recipient)."""
        response = yield self.request("GET", "fetch_recipient", "recipients", recipient_id)
        return self._recipient(self.answer(response), response)

    def list_recipients(
        self, user_id: str, page: str | None = None, *, scope: RecipientScope | None = None
    ) -> Flow[Paged[Recipient]]:
        """One page of the recipients of a user, of one scope or as MangoPay shows them.

        docs: list-recipients-user; release-notes/api/2026-05-11 (every scope without a filter)
        """
        word = None if scope is None else known_word("scope", scope, RecipientScope)
        query = filters(RecipientScope=word)
        path = ("users", user_id, "recipients")
        response = yield self.page("list_recipients", *path, page=page, query=query)
        return self.paged(
            response,
            page,
            lambda row: self._recipient(row, response, user_id),
            user_id=user_id,
        )

    def deactivate_recipient(self, recipient: Recipient) -> Flow[Recipient]:
        """Takes a recipient out of use, which is final (docs: deactivate-recipient)."""
        self.require_own(recipient, Recipient)
        body = {"Status": "DEACTIVATED"}
        path = ("recipients", recipient.id)
        response = yield self.request("PUT", "deactivate_recipient", *path, body=body)
        return self._recipient(self.answer(response, core_path), response, recipient.user_id)

    def _recipient(
        self, payload: Mapping[str, Any], response: Response, user_id: str | None = None
    ) -> Recipient:
        identifier(payload, "Id", response)  # raises without one
        owner = reference(payload.get("UserId")) or user_id
        link = text(as_object(payload.get("PendingUserAction")).get("RedirectUrl"))
        retrieved_at = response.received_at
        action = (
            enrolment(owner or "", link, self.provenance, retrieved_at, concerns="recipient")
            if link
            else None
        )
        read = read_recipient(
            payload,
            self.provenance,
            retrieved_at=retrieved_at,
            created_at=moment(payload.get("CreationDate")),
            next_actions=(action,) if action else (),
        )
        return read if read.user_id else evolve(read, user_id=owner)
