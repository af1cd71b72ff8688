"""Recipients of payouts: schema, create, validate, fetch, list, deactivate.

docs: api-reference/recipients
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from attrs import frozen
from onboarding.spi import Flow, Paged, Response, as_object, known_word, reference

from onboarding_mangopay.content import leaves, same_content
from onboarding_mangopay.keys import Keys
from onboarding_mangopay.records import enrolment
from onboarding_mangopay.values import filters, text, texts
from onboarding_mangopay.wire.recipients import (
    PERSON,
    NewRecipient,
    PayoutMethod,
    Recipient,
    RecipientField,
    RecipientScope,
    RecipientType,
    core_path,
    facts_of,
    read_schema,
    write_recipient,
)

__all__ = ["Recipients"]

_OPTIONAL = ("Country", "RecipientScope", "Tag")


@frozen(kw_only=True)
class Recipients(Keys):
    """The operations on recipients, which replace bank accounts for payouts.

    Only MangoPay has them: run them with `gateway.run`.
    """

    def recipient_schema(
        self,
        *,
        currency: str,
        country: str,
        type: RecipientType = RecipientType.INDIVIDUAL,
        method: PayoutMethod = PayoutMethod.LOCAL,
    ) -> Flow[tuple[RecipientField, ...]]:
        """Returns the fields of a recipient for a currency (ISO 4217) and a country (alpha-2).

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
        """Returns the payout methods, in MangoPay's words (docs: view-payout-methods)."""
        query = [("Country", country), ("Currency", currency)]
        path = ("recipients", "payout-methods")
        response = yield self.request("GET", "payout_methods", *path, query=query)
        return texts(self.answer(response, core_path).get("AvailablePayoutMethods"))

    def create_recipient(
        self, user_id: str, new: NewRecipient, *, idempotency_key: str | None = None
    ) -> Flow[Recipient]:
        """Registers a recipient, which is PENDING until the user completes its next action.

        The link of the action is valid for ten minutes, and is not shown again. A call with the
        same `idempotency_key` and content returns the first recipient.

        docs: create-recipient
        """
        keyed = self.keyed("create_recipient", user_id, idempotency_key=idempotency_key)
        path = ("users", user_id, "recipients")
        body = write_recipient(new)
        request = self.request("POST", "create_recipient", *path, body=body)
        person = [f"{new.type}Recipient.{name}" for name in PERSON.plan.by_wire]
        paths = {*leaves(body), *person, *_OPTIONAL}

        def same(shown: Mapping[str, Any]) -> bool:
            return same_content(body, shown, paths, defaults=("Country", "RecipientScope"))

        response, _ = yield from self.once(request, keyed, same)
        answer = self.answer(response, core_path, user_id=user_id)
        return self._recipient(answer, response, user_id)

    def validate_recipient(self, user_id: str, new: NewRecipient) -> Flow[None]:
        """Checks the data of a recipient without storing it; raises as `create_recipient` does.

        docs: validate-recipient-data
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
        """Lists one page of a user's recipients, of one scope or of all.

        docs: list-recipients-user; release-notes/api/2026-05-11, on the scope filter
        """
        word = None if scope is None else known_word("scope", scope, RecipientScope)
        query = filters(RecipientScope=word)
        path = ("users", user_id, "recipients")
        read = partial(self._recipient, user_id=user_id)
        listed = self._listed(
            read, "list_recipients", *path, page=page, query=query, user_id=user_id
        )
        return (yield from listed)

    def deactivate_recipient(self, recipient: Recipient) -> Flow[Recipient]:
        """Deactivates a recipient, which is final (docs: deactivate-recipient)."""
        self.require_own(recipient, Recipient)
        body = {"Status": "DEACTIVATED"}
        path = ("recipients", recipient.id)
        response = yield self.request("PUT", "deactivate_recipient", *path, body=body)
        return self._recipient(self.answer(response, core_path), response, recipient.user_id)

    def _recipient(
        self, payload: Mapping[str, Any], response: Response, user_id: str | None = None
    ) -> Recipient:
        owner = reference(payload.get("UserId")) or user_id
        link = text(as_object(payload.get("PendingUserAction")).get("RedirectUrl"))
        at = response.received_at
        action = enrolment(owner or "", link or "", self.provenance, at, concerns="recipient")
        return self.read_as(
            Recipient,
            payload,
            response,
            **facts_of(payload),
            user_id=owner,
            next_actions=(action,) if link else (),
        )
