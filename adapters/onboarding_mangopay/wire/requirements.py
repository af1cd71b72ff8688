"""What MangoPay asks of a user beside its rules: an enrolment, proofs to be unblocked, a renewal.

docs: guides/sca/users, guides/users/blocked-users, guides/users/verification/renewal
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from onboarding import CapabilityName, DocumentPurpose, RefusalReason
from onboarding.spi import (
    Actor,
    Refusal,
    Requirement,
    RequirementOption,
    RequirementOrigin,
    RequirementStatus,
    document,
    step,
    trust,
    user_field,
)

__all__ = ["ENROL", "HOSTED", "enrolments", "renewals", "unblocking"]

ENROL = step("enrol for strong customer authentication", Actor.USER, link=True)

# docs: guides/users/verification/hosted: natural persons, sole traders, businesses, organisations
HOSTED = step("verify on MangoPay's hosted page (if the client has it)", Actor.USER)

_INFLOWS = (CapabilityName.SEND_TRANSFERS, CapabilityName.RECEIVE_TRANSFERS)
_OUTFLOWS = (*_INFLOWS, CapabilityName.PAY_OUT)
_BLOCKED = "docs: guides/users/blocked-users"
_RENEWAL = "docs: guides/users/verification/renewal"

NOTICE = timedelta(days=90)
"""How long before its deadline a renewal is asked for; until then the deadline may change."""


def _asked(
    name: str, *options: RequirementOption, blocks: tuple[CapabilityName, ...], **facts: Any
) -> Requirement:
    told = {
        "name": name,
        "options": options,
        "reason": " or ".join(option.words for option in options),
        "blocks": tuple(map(str, blocks)),
        "status": RequirementStatus.MISSING,
        "origin": RequirementOrigin.PROVIDER,
    }
    return trust(Requirement, {**told, **facts})


_ENROLMENT = _asked(
    "enrolment", ENROL, blocks=_OUTFLOWS, wire_path="UserStatus", source="docs: guides/sca/users"
)


def enrolments(shown: Mapping[str, Any]) -> tuple[Requirement, ...]:
    """Returns the enrolment that a user object waits for, if it waits for one."""
    waits = shown.get("UserStatus") == "PENDING_USER_ACTION"
    return (_ENROLMENT,) if waits and shown.get("UserCategory") == "OWNER" else ()


def _identity(shown: Mapping[str, Any]) -> tuple[str, RequirementOption]:
    if shown.get("PersonType") != "LEGAL":
        return "documents.identity", document(DocumentPurpose.IDENTITY)
    partner = shown.get("LegalPersonType") == "PARTNERSHIP"
    whose = "partner" if partner else "representative"
    return f"documents.{whose}_identity", document(DocumentPurpose.IDENTITY)


def _of_code(code: str, shown: Mapping[str, Any]) -> Iterator[tuple[str, RequirementOption]]:
    """Yields what an action code asks for: the name, and the way to meet it."""
    match code:
        case "008705":
            yield _identity(shown)
        case "008710":
            words = "complete MangoPay's declaration about politically exposed persons"
            yield "pep_declaration", step(words, Actor.USER)
        case "008711":
            yield _identity(shown)
            if shown.get("PersonType") == "LEGAL":
                yield "documents.registration", document(DocumentPurpose.REGISTRATION)
        case "008712":
            words = "change the type of the legal person, and verify it again"
            yield "company.legal_person_type", user_field("company.legal_person_type", words)
        case "008714":
            yield "documents.address", document(DocumentPurpose.ADDRESS)
        case "008715":
            yield "kyc_regular", step("complete the verification", Actor.PLATFORM)
        case _:  # also a code that the documents do not have
            yield "no_block", step("ask MangoPay's support to unblock the user", Actor.PLATFORM)


def unblocking(
    shown: Mapping[str, Any], *, inflows: bool | None, outflows: bool | None, code: str
) -> tuple[Requirement, ...]:
    """Returns what unblocks a user, by the action code; nothing if no block is known.

    A code without a known blocked direction names no capability, so that it may stop any.
    """
    if not (inflows or outflows or code):
        return ()
    reason = RefusalReason.FALSIFIED if code == "008705" else RefusalReason.OTHER
    return tuple(
        _asked(
            name,
            option,
            blocks=_OUTFLOWS if outflows else _INFLOWS if inflows else (),
            wire_path="ActionCode",
            source=_BLOCKED,
            refusal=trust(Refusal, {"reason": reason, "provider_code": code}) if code else None,
        )
        for name, option in _of_code(code, shown)
    )


def renewals(due: date | None, now: datetime) -> tuple[Requirement, ...]:
    """Returns the renewal of a verification; it is upcoming until the days of notice.

    A user whose deadline has passed falls to LIGHT, which is not paid out.
    """
    if due is None:
        return ()
    deadline = datetime.combine(due, time(), UTC)
    asked = now >= deadline - NOTICE
    return (
        _asked(
            "kyc_renewal",
            step("verify the user again by documents", Actor.PLATFORM),
            HOSTED,
            blocks=(CapabilityName.PAY_OUT,),
            wire_path="KycInformation.KycRenewalDeadline",
            source=_RENEWAL,
            deadline=deadline,
            past_due=now >= deadline,
            status=RequirementStatus.MISSING if asked else RequirementStatus.UPCOMING,
        ),
    )
