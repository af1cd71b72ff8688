"""Strong customer authentication: enrolment, consent to act by proxy, where a user stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen
from onboarding import NextAction, NotFound, Problem, UnexpectedResponse, Unsupported
from onboarding.spi import Flow, Response, as_object, moment, translation

from onboarding_mangopay.protocol import MangoPayProtocol
from onboarding_mangopay.records import PROVIDER, enrolment, flag
from onboarding_mangopay.wire.natural import NaturalUser

__all__ = ["Authentication", "ScaStatus"]

CONSENT = "consent"

# What a next action concerns, where no call gives a fresh link for it alone.
_NEVER_ANEW = {
    "recipient": "the link of a recipient is shown once, when it is created",
    "account_access": "a fresh link comes with the same call, made once more",
    "identity": "the page stays the same; `verify_identity` starts another session",
}


@frozen(kw_only=True)
class ScaStatus:
    """Whether a user has enrolled, and to what the user consents.

    `user_status` and the values of `consents` are MangoPay's own words: a consent is `INACTIVE`
    unless given. Times are in UTC.
    """

    user_id: str
    enrolled: bool
    user_status: str
    enrolled_at: datetime | None = None
    consented_at: datetime | None = None
    consents: Mapping[str, str] = field(factory=dict[str, str])
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


@frozen(kw_only=True)
class Authentication(MangoPayProtocol):
    """What a user does on MangoPay's hosted page, and what came of it."""

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """docs: enroll-user, manage-user-consent; earlier links stay good for their ten minutes.

        Raises `Unsupported` for the steps whose link comes with something else alone.
        """
        self.require_own(action, NextAction)
        if text := _NEVER_ANEW.get(action.concerns):
            raise Unsupported([Problem("concerns", "unsupported", text)], provider=PROVIDER)
        step = "consent" if action.concerns == CONSENT else "enrollment"
        return (yield from self._link("renew", action.user_id, step))

    def enrol(self, user_id: str) -> Flow[NextAction]:
        """Starts the enrolment of an OWNER anew; the status stays as it is (docs: enroll-user)."""
        return (yield from self._link("enrol", user_id, "enrollment"))

    def consent(self, user_id: str) -> Flow[NextAction]:
        """The page on which a user lets the platform act by proxy (docs: manage-user-consent)."""
        return (yield from self._link("consent", user_id, "consent"))

    def sca_status(self, user_id: str) -> Flow[ScaStatus]:
        """Where a user stands (docs: view-user-sca-status).

        A 404 is answered for a user whose enrolment was never started, as for one who does not
        exist: so the user is read then. Raises `NotFound` for the second.
        """
        path = ("sca", "users", user_id)
        response = yield self.request("GET", "sca_status", *path, "sca-status")
        try:
            answer = self.answer(response, user_id=user_id)
        except NotFound:
            response = yield self.request("GET", "sca_status", *path)
            answer = {**self.answer(response, user_id=user_id), "IsEnrolled": False}
        scopes = as_object(answer.get("ConsentScope"))
        return ScaStatus(
            user_id=user_id,
            enrolled=flag(answer.get("IsEnrolled")) is True,
            user_status=str(answer.get("UserStatus") or ""),
            enrolled_at=moment(answer.get("LastEnrollmentDate")),
            consented_at=moment(answer.get("LastConsentCollectionDate")),
            consents={name: str(word) for name, word in scopes.items()},
            raw=answer,
        )

    def _link(self, operation: str, user_id: str, step: str) -> Flow[NextAction]:
        response: Response = yield self.request("POST", operation, "sca", "users", user_id, step)
        core_path = translation(NaturalUser, PROVIDER).core_path
        answer = self.answer(response, core_path, user_id=user_id)
        link = as_object(answer.get("PendingUserAction")).get("RedirectUrl")
        if not isinstance(link, str):
            problem = Problem("", "missing", "the answer has no link", "PendingUserAction")
            raise UnexpectedResponse([problem], status=response.status, raw=response.body)
        concerns = CONSENT if step == "consent" else ""
        return enrolment(user_id, link, self.provenance, response.received_at, concerns=concerns)
