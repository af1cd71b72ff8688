"""The flows that give a user a contact by way of a code."""

from __future__ import annotations

from typing import Any

import attrs
from attrs import frozen
from onboarding import Flow, InvalidInput, NextAction, NextActionKind, Problem, User, UserRecord
from onboarding.mapping import written_email

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.records import same_contact
from onboarding_paysera.values import given_text

__all__ = ["Contacts"]


@frozen(kw_only=True)
class Contacts(PayseraProtocol):
    """E-mail addresses and phone numbers, which Paysera shows once they are confirmed."""

    def assign_contact(
        self, record: UserRecord, *, email: str | None = None, phone: str | None = None
    ) -> Flow[UserRecord]:
        """docs: user-resource, Assign Phone, Assign Email: one contact a call.

        The record that comes back holds the action that waits for the code; its link, if any, is
        that of the record's extras, else that of the settings. What is shown already is not sent.
        """
        self.require_own(record, UserRecord)
        if (email is None) == (phone is None):
            text = "give exactly one: email or phone"
            raise InvalidInput([Problem("", "conflict", text)])
        given = User(email=email, phone=phone)  # which checks its shape
        concerns, value = ("email", email) if email is not None else ("phone", phone or "")
        if same_contact(concerns, value, getattr(record.user, concerns)):
            return record
        extras = self.validated(record.user).extras.get(self.provider, {})
        body = self._assigned(concerns, value, extras.get(f"{concerns}_link"))
        path = self.of_user(record.id, concerns)
        response = yield self.request("POST", "assign_contact", *path, body=body)
        return self.user_record(response, given=given, before=record)

    def confirm(self, action: NextAction, code: str) -> Flow[UserRecord]:
        """docs: user-resource, Confirm Phone, Confirm Email."""
        self._takes_a_code(action)
        body = {"code": given_text("code", code)}
        path = self.of_user(action.user_id, action.concerns, "confirm")
        response = yield self.request("PUT", "confirm", *path, body=body)
        return self.user_record(response)

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """docs: user-resource, Assign Phone, Assign Email: a new code is sent."""
        self._takes_a_code(action)
        body = self._assigned(action.concerns, action.value or "", None)
        path = self.of_user(action.user_id, action.concerns)
        response = yield self.request("POST", "renew", *path, body=body)
        self.answer(response)
        return attrs.evolve(action, issued_at=response.received_at)

    def _takes_a_code(self, action: NextAction) -> None:
        self.require_own(action, NextAction)
        if action.kind is not NextActionKind.CONFIRM_CODE:
            problem = Problem("kind", "conflict", f"an action of kind {action.kind} has no code")
            raise InvalidInput([problem])

    def _assigned(self, concerns: str, value: str, link: str | None) -> dict[str, Any]:
        # The links of the two messages are named apart (docs: user-resource, Assign Email).
        own = self.phone_link if concerns == "phone" else self.email_link
        phone = concerns == "phone"
        written = value.removeprefix("+") if phone else written_email("email", value)
        body: dict[str, Any] = {concerns: written}
        return with_links(body, {f"{concerns}_link": link or own})


def with_links(body: dict[str, Any], links: dict[str, str | None]) -> dict[str, Any]:
    """The body with the templates of links that are there as its parameters."""
    given = {name: link for name, link in links.items() if link is not None}
    return body | {"parameters": given} if given else body
