"""Hosted identity verification: sessions that a user completes on MangoPay's page.

docs: api-reference/identity-verifications, guides/users/verification/hosted
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from attrs import field, frozen
from onboarding import InvalidInput, NextAction, NextActionKind, Problem
from onboarding.spi import (
    Flow,
    Paged,
    Response,
    as_list,
    as_object,
    identifier,
    moment,
    reference,
    web_url,
)

from onboarding_mangopay.content import same_content
from onboarding_mangopay.keys import Keys

__all__ = ["Check", "IdentityVerification", "Verifications"]

# docs: guides/users/verification/hosted (2026); the page of 2025 names no expiry
_LINK_LIFE = timedelta(days=7)
_MOST_OF_RETURN_URL = 500  # docs: create-idv-session; a later page prints 50


@frozen(kw_only=True)
class Check:
    """One check of a session, in MangoPay's words; its findings are in `raw`."""

    id: str
    type: str
    provider_status: str
    reasons: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


@frozen(kw_only=True)
class IdentityVerification:
    """A session of identity verification, as MangoPay shows it.

    `provider_status` is MangoPay's word: `PENDING`, `REVIEW`, `VALIDATED`, `REFUSED`,
    `OUT_OF_DATE` ... `next_action` is the hosted page while the status is `PENDING`; its `url` is
    complete, as the return URL was given at the start. A `VALIDATED` session may have changed the
    user. Times are in UTC.
    """

    id: str
    user_id: str | None = None
    provider_status: str = ""
    next_action: NextAction | None = None
    checks: tuple[Check, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    retrieved_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


@frozen(kw_only=True)
class Verifications(Keys):
    """The operations on sessions of identity verification, for an OWNER."""

    def verify_identity(
        self,
        user_id: str,
        return_url: str,
        *,
        tag: str | None = None,
        idempotency_key: str | None = None,
    ) -> Flow[IdentityVerification]:
        """Starts a session; afterwards the user returns to `return_url` (at most 500 characters).

        docs: create-idv-session
        """
        keyed = self.keyed("verify_identity", user_id, idempotency_key=idempotency_key)
        if len(web_url("return_url", return_url)) > _MOST_OF_RETURN_URL:
            text = f"has more than {_MOST_OF_RETURN_URL} characters"
            raise InvalidInput([Problem("return_url", "shape", text)])
        body = {"ReturnUrl": return_url} | ({} if tag is None else {"Tag": tag})
        path = ("users", user_id, "identity-verifications")
        request = self.request("POST", "verify_identity", *path, body=body)
        same = partial(same_content, body, paths=("ReturnUrl", "Tag"))
        response, _ = yield from self.once(request, keyed, same)
        known = {"ReturnUrl": "return_url", "Tag": "tag"}
        return self._session(self.answer(response, known.get), response, user_id)

    def fetch_verification(self, session_id: str) -> Flow[IdentityVerification]:
        """Reads a session with its checks (docs: view-idv-session)."""
        path = ("identity-verifications", session_id)
        response = yield self.request("GET", "fetch_verification", *path)
        return self._session(self.answer(response), response, None)

    def list_verifications(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[IdentityVerification]]:
        """Lists one page of a user's sessions, without their checks (docs: list-idv-sessions)."""
        path = ("users", user_id, "identity-verifications")
        read = partial(self._session, user_id=user_id)
        return (yield from self._listed(read, "list_verifications", *path, page=page))

    def _session(
        self, payload: Mapping[str, Any], response: Response, user_id: str | None
    ) -> IdentityVerification:
        status = payload.get("Status")
        user_id = reference(payload.get("UserId")) or user_id
        return IdentityVerification(
            id=identifier(payload, "Id", response),
            user_id=user_id,
            provider_status=str(status or ""),
            next_action=self._page(payload, user_id) if status == "PENDING" else None,
            checks=tuple(_check(as_object(check)) for check in as_list(payload.get("Checks"))),
            created_at=moment(payload.get("CreationDate")),
            updated_at=moment(payload.get("LastUpdate")),
            retrieved_at=response.received_at,
            raw=payload,
        )

    def _page(self, payload: Mapping[str, Any], user_id: str | None) -> NextAction | None:
        link = payload.get("HostedUrl")
        if not isinstance(link, str):
            return None
        issued_at = moment(payload.get("CreationDate"))
        return NextAction(
            kind=NextActionKind.REDIRECT,
            **self.provenance,
            user_id=user_id or "",
            concerns="identity",
            url=link,
            issued_at=issued_at,
            expires_at=None if issued_at is None else issued_at + _LINK_LIFE,
        )


def _check(payload: Mapping[str, Any]) -> Check:
    reasons = as_list(payload.get("Reasons"))
    return Check(
        id=reference(payload.get("CheckId")) or "",
        type=str(payload.get("Type") or ""),
        provider_status=str(payload.get("CheckStatus") or ""),
        reasons=tuple(str(as_object(reason).get("Type") or "") for reason in reasons),
        raw=payload,
    )
