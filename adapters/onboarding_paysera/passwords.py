"""The flows that give a user a new password."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from onboarding import InvalidInput, Problem, Secret, User, UserRecord
from onboarding.spi import Flow, written_email

from onboarding_paysera.contacts import with_links
from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import given, given_text

__all__ = ["Passwords"]


@frozen(kw_only=True)
class Passwords(PayseraProtocol):
    """Passwords. docs: user-resource, Password Management."""

    def request_password_reset(
        self,
        *,
        email: str | None = None,
        phone: str | None = None,
        person_code: str | None = None,
    ) -> Flow[UserRecord]:
        """Sends a code to a confirmed contact; the record that comes back has the user's id.

        An identified user must give the person code too: without it the answer is
        `identity_required`. Raises `InvalidInput` unless exactly one contact is given.
        """
        if (email is None) == (phone is None):
            text = "give exactly one: email or phone"
            raise InvalidInput([Problem("", "conflict", text)])
        User(email=email, phone=phone)  # checks its shape
        body: dict[str, Any] = (
            {"phone": phone.removeprefix("+")}
            if phone is not None
            else {"email": written_email("email", email or "")}
        )
        if person_code is not None:
            body["identity"] = {"code": given_text("person_code", person_code)}
        body = with_links(body, {"phone_link": self.phone_link, "email_link": self.email_link})
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
        """Sets a password, by the code that was sent or by the old password: exactly one."""
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
