"""Strong customer authentication (SCA): enrolment, consent to act by proxy, status.

docs: guides/sca/users, guides/sca/session
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen
from onboarding import (
    InvalidInput,
    NextAction,
    NextActionKind,
    NotFound,
    Problem,
    Unsupported,
    UserRecord,
)
from onboarding.spi import (
    Flow,
    Link,
    RequirementStatus,
    Response,
    as_object,
    moment,
    translation,
    unexpected,
    web_url,
)

from onboarding_mangopay.protocol import MangoPayProtocol
from onboarding_mangopay.records import enrolment
from onboarding_mangopay.values import PROVIDER, flag
from onboarding_mangopay.wire.natural import NaturalUser

__all__ = ["Authentication", "ScaStatus"]

CONSENT = "consent"

# what a next action concerns -> why no call renews its link
_NOT_RENEWED = {
    "recipient": "the link of a recipient is shown only when it is created",
    "account_access": "repeat the call that required it, which returns a new link",
    "identity": "its page does not change; `verify_identity` starts another session",
}


@frozen(kw_only=True)
class ScaStatus:
    """Whether a user has enrolled, and the user's consents.

    `user_status` and the values of `consents` are MangoPay's words: a consent is `INACTIVE` unless
    given. Times are in UTC.
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
    """The operations on a user's enrolment and consent, which happen on MangoPay's hosted page."""

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """Returns the action with a new link; earlier links stay valid for their ten minutes.

        Raises `Unsupported` for actions whose link only another call returns.

        docs: enroll-user, manage-user-consent
        """
        self.require_own(action, NextAction)
        if text := _NOT_RENEWED.get(action.concerns):
            raise Unsupported([Problem("concerns", "unsupported", text)], provider=PROVIDER)
        step = "consent" if action.concerns == CONSENT else "enrollment"
        return (yield from self._link("renew", action.user_id, step))

    def create_link(
        self,
        subject: UserRecord | NextAction,
        *,
        return_url: str,
        refresh_url: str | None = None,
        language: str | None = None,
    ) -> Flow[Link]:
        """Creates a link to the hosted page on which the user enrols or consents.

        MangoPay takes no `refresh_url`: for an expired link, create a new one. Raises
        `InvalidInput` for a record without an open action or enrolment, `Unsupported` as `renew`.

        docs: enroll-user, manage-user-consent, guides/sca/session
        """
        self.require_own(subject)
        web_url("return_url", return_url)
        action = subject if isinstance(subject, NextAction) else _open_page(subject)
        if isinstance(action, NextAction):
            renewed = yield from self.renew(action)
        else:
            renewed = yield from self.enrol(action.id)
        try:
            place = renewed.link(return_url, language=language)
        except ValueError as error:
            problem = Problem("return_url", "shape", str(error))
        else:
            return Link(
                **self.provenance,
                user_id=renewed.user_id,
                url=place,
                issued_at=renewed.issued_at,
                expires_at=renewed.expires_at,
            )
        raise InvalidInput([problem])

    def enrol(self, user_id: str) -> Flow[NextAction]:
        """Restarts the enrolment of an OWNER, whose status does not change (docs: enroll-user)."""
        return (yield from self._link("enrol", user_id, "enrollment"))

    def consent(self, user_id: str) -> Flow[NextAction]:
        """Returns the page where a user consents to proxy access (docs: manage-user-consent)."""
        return (yield from self._link("consent", user_id, "consent"))

    def sca_status(self, user_id: str) -> Flow[ScaStatus]:
        """Reads the enrolment and consents of a user (docs: view-user-sca-status).

        MangoPay answers 404 for a user whose enrolment never started and for an unknown user; a
        second request tells them apart. Raises `NotFound` for an unknown user.
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
            raise unexpected(response, "missing", "the answer has no link", "PendingUserAction")
        concerns = CONSENT if step == "consent" else ""
        return enrolment(user_id, link, self.provenance, response.received_at, concerns=concerns)


def _open_page(record: UserRecord) -> NextAction | UserRecord:
    """Returns the open action of a user that has a page; the record if only the link is missing.

    A user who is fetched shows that it waits for the enrolment, but not the link.
    """
    for action in record.next_actions:
        if action.kind is NextActionKind.REDIRECT:
            return action
    missing = (one for one in record.requirements if one.status is RequirementStatus.MISSING)
    if any(option.link for one in missing for option in one.options):
        return record
    text = "the user has no open action with a page: fetch the user for its current ones"
    raise InvalidInput([Problem("next_actions", "missing", text)])
