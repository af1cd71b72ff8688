"""MangoPay's hook object, and the types of event for which a hook can be registered.

docs: create-hook, view-hook, webhooks/event-types; the types of 2026 are from the official Python
SDK (4.2.0)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen
from onboarding.spi import Response, moment, reference, unexpected

from onboarding_mangopay.values import text

__all__ = ["EVENT_TYPES", "Hook", "read_hook"]

_MOVE = "CREATED SUCCEEDED FAILED"
_CONSENTS = "_CONSENT_GIVEN _CONSENT_REVOKED"
_PREAUTHORIZATION = (
    "CREATED FAILED PAYMENT_WAITING PAYMENT_EXPIRED PAYMENT_CANCEL_REQUESTED PAYMENT_CANCELED "
    "PAYMENT_VALIDATED PAYMENT_FAILED"
)

# prefix -> suffixes, in the order of MangoPay's page
_FAMILIES = {
    "USER_": "INFLOWS_BLOCKED INFLOWS_UNBLOCKED OUTFLOWS_BLOCKED OUTFLOWS_UNBLOCKED",
    "USER_ACCOUNT_": "VALIDATION_ASKED ACTIVATED CLOSED",
    "USER_CATEGORY_UPDATED_TO_": "OWNER PAYER PLATFORM",
    "USER_KYC_": "LIGHT REGULAR RENEWAL_REQUIRED RENEWED",
    "SCA_ENROLLMENT_": "SUCCEEDED FAILED EXPIRED",
    "SCA_": "EMAIL_VERIFIED PHONE_NUMBER_VERIFIED",
    "SCA_CONTACT_INFORMATION_UPDATE": _CONSENTS,
    "SCA_TRANSFER": _CONSENTS,
    "SCA_RECIPIENT_REGISTRATION": _CONSENTS,
    "SCA_VIEW_ACCOUNT_INFORMATION": _CONSENTS,
    "LEGAL_COMPANY_NUMBER_VALIDATION_": "SUCCEEDED FAILED",
    "KYC_": "CREATED VALIDATION_ASKED SUCCEEDED FAILED OUTDATED",
    "UBO_DECLARATION_": "CREATED VALIDATION_ASKED VALIDATED REFUSED INCOMPLETE",
    "IDENTITY_VERIFICATION_": (
        "PENDING VALIDATED FAILED INCONCLUSIVE OUTDATED TIMEOUT EXPIRED PENDING_PSC_ACTION "
        "PSC_PENDING PSC_VALIDATED PSC_REJECTED PSC_ABANDONED"
    ),
    "RECIPIENT_": "ACTIVE CANCELED DEACTIVATED",
    "COUNTRY_AUTHORIZATION_": "UPDATED",
    "PAYIN_NORMAL_": f"{_MOVE} PROCESSING_STATUS_PENDING_SUCCEEDED",
    "PAYIN_REFUND_": _MOVE,
    "PAYIN_REPUDIATION_": _MOVE,
    "PAYOUT_NORMAL_": _MOVE,
    "PAYOUT_REFUND_": _MOVE,
    "INSTANT_PAYOUT_": "SUCCEEDED FALLBACKED FAILED",
    "TRANSFER_NORMAL_": _MOVE,
    "TRANSFER_REFUND_": _MOVE,
    "TRANSFER_SETTLEMENT_": _MOVE,
    "CARD_VALIDATION_": _MOVE,
    "RECURRING_REGISTRATION_": "CREATED AUTH_NEEDED IN_PROGRESS ENDED",
    "PREAUTHORIZATION_": (
        f"{_MOVE} PAYMENT_WAITING PAYMENT_EXPIRED PAYMENT_CANCELED PAYMENT_VALIDATED"
    ),
    "DEPOSIT_PREAUTHORIZATION_": (
        f"{_PREAUTHORIZATION} PAYMENT_NO_SHOW PAYMENT_NO_SHOW_REQUESTED PAYMENT_TO_BE_COMPLETED"
    ),
    "EXTENDED_PREAUTHORIZATION_": _PREAUTHORIZATION,
    "MANDATE_": "CREATED SUBMITTED ACTIVATED FAILED EXPIRED",
    "DISPUTE_": (
        "CREATED SUBMITTED ACTION_REQUIRED FURTHER_ACTION_REQUIRED SENT_TO_BANK CLOSED "
        "DOCUMENT_CREATED DOCUMENT_VALIDATION_ASKED DOCUMENT_SUCCEEDED DOCUMENT_FAILED"
    ),
    "VIRTUAL_ACCOUNT_": "ACTIVE BLOCKED CLOSED FAILED",
    "INSTANT_CONVERSION_": _MOVE,
    "QUOTED_CONVERSION_": _MOVE,
    "REPORT_": "GENERATED FAILED",
    "INTENT_": (
        "AUTHORIZED CAPTURED REFUNDED REFUND_REVERSED DISPUTE_CREATED DISPUTE_DEFENDED "
        "DISPUTE_WON DISPUTE_LOST SETTLED_NOT_PAID PAID"
    ),
    "SPLIT_": "CREATED PENDING_FUNDS_RECEPTION AVAILABLE REJECTED REVERSED",
    "SETTLEMENT_": (
        "CREATED UPLOADED PENDING_UPLOAD PENDING_FUNDS_RECEPTION RECONCILED PARTIALLY_MATCHED "
        "UNMATCHED INSUFFICIENT_FUNDS CANCELLED FAILED"
    ),
}

EVENT_TYPES: tuple[str, ...] = tuple(
    f"{start}{end}" for start, ends in _FAMILIES.items() for end in ends.split()
)
"""The documented types; MangoPay may have newer ones."""


@frozen(kw_only=True)
class Hook:
    """A URL that MangoPay notifies of one type of event. The URL may contain a secret.

    `valid` is false after 100 failed deliveries in a row: MangoPay then sends no notifications.
    `created_at` is in UTC.
    """

    id: str
    event_type: str
    url: str = field(repr=False)
    enabled: bool = True
    valid: bool = True
    tag: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    created_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


def read_hook(payload: Mapping[str, Any], response: Response) -> Hook:
    """Returns the hook of an object. Raises `UnexpectedResponse` for anything else."""
    event_type, url, tag = (payload.get(name) for name in ("EventType", "Url", "Tag"))
    id = reference(payload.get("Id"))
    if id is None or not isinstance(event_type, str) or not isinstance(url, str):
        raise unexpected(response, "missing", "the answer is not a hook", "Id")
    return Hook(
        id=id,
        event_type=event_type,
        url=url,
        enabled=payload.get("Status") == "ENABLED",
        valid=payload.get("Validity") != "INVALID",
        tag=None if tag is None else str(tag),
        email=text(payload.get("Email")),
        created_at=moment(payload.get("CreationDate")),
        raw=payload,
    )
