"""Contacts of a user and the codes sent to them: assign, confirm, reset a password.

docs: guides/wallet/user-information/user-resource
"""

from __future__ import annotations

from typing import Any

import attrs
from attrs import frozen
from onboarding import (
    InvalidInput,
    NextAction,
    NextActionKind,
    Problem,
    Secret,
    User,
    UserRecord,
)
from onboarding.spi import Flow, written_email

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.records import same_contact
from onboarding_paysera.values import given, given_text

__all__ = ["Contacts"]


@frozen(kw_only=True)
class Contacts(PayseraProtocol):
    """The operations on e-mail addresses, phone numbers (E.164) and passwords.

    Paysera shows a contact once its user has confirmed it.
    """

    def assign_contact(
        self, record: UserRecord, *, email: str | None = None, phone: str | None = None
    ) -> Flow[UserRecord]:
        """Assigns one contact and sends a code to it (docs: Assign Phone, Assign Email).

        The returned record has a next action that waits for the code. The link in the message is
        that of the record's extras, else that of the settings. A contact that the record shows is
        not sent again. Raises `InvalidInput` unless exactly one contact is given.
        """
        self.require_own(record, UserRecord)
        given = _one_contact(email, phone)
        concerns, value = ("email", email) if email is not None else ("phone", phone or "")
        if same_contact(concerns, value, getattr(record.user, concerns)):
            return record
        extras = self.validated(record.user).extras.get(self.provider, {})
        body = self._assigned(concerns, value, extras.get(f"{concerns}_link"))
        path = self.of_user(record.id, concerns)
        response = yield self.request("POST", "assign_contact", *path, body=body)
        return self.user_record(response, given=given, before=record)

    def confirm(self, action: NextAction, code: str) -> Flow[UserRecord]:
        """Confirms a contact by its code (docs: Confirm Phone, Confirm Email)."""
        self._takes_a_code(action)
        body = {"code": given_text("code", code)}
        path = self.of_user(action.user_id, action.concerns, "confirm")
        response = yield self.request("PUT", "confirm", *path, body=body)
        return self.user_record(response)

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """Sends a new code (docs: Assign Phone, Assign Email)."""
        self._takes_a_code(action)
        body = self._assigned(action.concerns, action.value or "", None)
        path = self.of_user(action.user_id, action.concerns)
        response = yield self.request("POST", "renew", *path, body=body)
        self.answer(response)
        return attrs.evolve(action, issued_at=response.received_at)

    # -- passwords; docs: user-resource, Password Management

    def request_password_reset(
        self,
        *,
        email: str | None = None,
        phone: str | None = None,
        person_code: str | None = None,
    ) -> Flow[UserRecord]:
        """Sends a code to a confirmed contact; the returned record has the user's id.

        For an identified user `person_code` is required: without it Paysera answers
        `identity_required`. Raises `InvalidInput` unless exactly one contact is given.
        """
        _one_contact(email, phone)
        body: dict[str, Any] = (
            {"phone": phone.removeprefix("+")}
            if phone is not None
            else {"email": written_email("email", email or "")}
        )
        if person_code is not None:
            body["identity"] = {"code": given_text("person_code", person_code)}
        body = _with_links(body, {"phone_link": self.phone_link, "email_link": self.email_link})
        path = ("user", "password", "reset")
        response = yield self.request("POST", "request_password_reset", *path, body=body)
        return self.user_record(response)

    def change_password(
        self,
        user_id: str,
        password: Secret,
        *,
        code: str | None = None,
        old_password: Secret | None = None,
    ) -> Flow[UserRecord]:
        """Sets a password, authorised by the code that was sent or by the old password.

        Raises `InvalidInput` unless exactly one of the two is given.
        """
        if (code is None) == (old_password is None):
            text = "give exactly one: code or old_password"
            raise InvalidInput([Problem("", "conflict", text)])
        if old_password is not None:
            proof = {"old_password": given("old_password", old_password, Secret).reveal()}
        else:
            proof = {"code": given_text("code", code)}
        body = {**proof, "password": given("password", password, Secret).reveal()}
        path = self.of_user(user_id, "password")
        response = yield self.request("PUT", "change_password", *path, body=body)
        return self.user_record(response)

    # -- shared

    def _takes_a_code(self, action: NextAction) -> None:
        self.require_own(action, NextAction)
        if action.kind is not NextActionKind.CONFIRM_CODE:
            problem = Problem("kind", "conflict", f"an action of kind {action.kind} has no code")
            raise InvalidInput([problem])

    def _assigned(self, concerns: str, value: str, link: str | None) -> dict[str, Any]:
        # Each message has a link parameter of its own (docs: user-resource, Assign Email).
        own = self.phone_link if concerns == "phone" else self.email_link
        phone = concerns == "phone"
        written = value.removeprefix("+") if phone else written_email("email", value)
        body: dict[str, Any] = {concerns: written}
        return _with_links(body, {f"{concerns}_link": link or own})


def _one_contact(email: str | None, phone: str | None) -> User:
    """Returns a user with the one contact, its form checked. Raises `InvalidInput`."""
    if (email is None) == (phone is None):
        text = "give exactly one: email or phone"
        raise InvalidInput([Problem("", "conflict", text)])
    return User(email=email, phone=phone)


def _with_links(body: dict[str, Any], links: dict[str, str | None]) -> dict[str, Any]:
    """Returns the body with the link templates that are set as its `parameters`."""
    given = {name: link for name, link in links.items() if link is not None}
    return body | {"parameters": given} if given else body
