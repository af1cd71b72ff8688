"""MangoPay's user objects as records, whichever of their four shapes they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from onboarding import Adapter, LinkRule, NextAction, NextActionKind, Response, UserRecord
from onboarding.adapter import Provenance
from onboarding.http import as_object
from onboarding.mapping import Translation, translation
from onboarding.model.loss import Loss
from onboarding.reading import moment, reference

from onboarding_mangopay.wire.legal import LegacyLegalUser, LegalUser
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser
from onboarding_mangopay.wire.vocabulary import LANGUAGES, STATUS

__all__ = ["PROVIDER", "enrolment", "record", "shape_of"]

PROVIDER = "mangopay"

# docs: guides/sca/session: a link lives ten minutes, and has fewer than 2000 characters
LINK_LIFE = timedelta(minutes=10)
LINK_RULE = LinkRule(
    return_parameter="returnUrl",
    language_parameter="lang",
    languages=LANGUAGES,
    max_length=2000,
)


def shape_of(payload: Mapping[str, Any]) -> Translation:
    """The translation of a user object, told by its keys.

    Objects of the SCA endpoints have the key PendingUserAction, null or not; those of the
    legacy ones lack it, and spell a representative flat.
    """
    sca = "PendingUserAction" in payload
    if payload.get("PersonType") == "LEGAL" or "LegalPersonType" in payload:
        flat = "LegalRepresentativeFirstName" in payload  # whichever endpoint it came from
        nested = "LegalRepresentative" in payload or (sca and not flat)
        return translation(LegalUser if nested else LegacyLegalUser, PROVIDER)
    return translation(NaturalUser if sca else LegacyNaturalUser, PROVIDER)


def enrolment(
    user_id: str, url: str, provenance: Provenance, retrieved_at: datetime, *, concerns: str = ""
) -> NextAction:
    """The step that a RedirectUrl stands for; `concerns` what it is about beside enrolment."""
    return NextAction(
        kind=NextActionKind.REDIRECT,
        **provenance,
        user_id=user_id,
        concerns=concerns,
        url=url,
        link_rule=LINK_RULE,
        issued_at=retrieved_at,
        expires_at=retrieved_at + LINK_LIFE,
    )


def record(
    adapter: Adapter,
    payload: Mapping[str, Any],
    response: Response,
    *,
    losses: tuple[Loss, ...] = (),
) -> UserRecord:
    """What MangoPay has on file, from its own object."""
    url = as_object(payload.get("PendingUserAction")).get("RedirectUrl")
    user_id = reference(payload.get("Id")) or ""
    return adapter.record(
        shape_of(payload),
        payload,
        response,
        id="Id",
        levels=("KYCLevel",),
        created_at=moment(payload.get("CreationDate")),
        status=STATUS.get(str(payload.get("UserStatus"))),
        next_actions=(enrolment(user_id, url, adapter.provenance, response.received_at),)
        if isinstance(url, str)
        else (),
        losses=losses,
    )
