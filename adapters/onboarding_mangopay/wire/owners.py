"""MangoPay's declaration object, with its owners.

docs: api-reference/ubo-declarations, create-ubo
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from onboarding import BeneficialOwner, Birthplace, DocumentStatus, OwnerDeclaration
from onboarding.spi import (
    ALWAYS,
    TEXT,
    UTC_MIDNIGHT,
    Adapter,
    DeclaredOwner,
    Response,
    Translation,
    as_object,
    at,
    coarsened,
    core,
    identifier,
    inside,
    moment,
    record_only,
    reference,
    some,
    translation,
    wire,
)

from onboarding_mangopay.values import PROVIDER, text
from onboarding_mangopay.wire.policy import BLOCKED_NATIONALITIES, ONE_NAME
from onboarding_mangopay.wire.shared import MangoAddress

__all__ = [
    "EDITABLE",
    "OWNERS_PATH",
    "STATUSES",
    "MangoBirthplace",
    "MangoOwner",
    "declared_owner",
    "owner_declaration",
    "owner_wire",
]

# docs: view-ubo-declaration, Status; INCOMPLETE, a declaration to be corrected, has no core word
STATUSES = {
    "CREATED": DocumentStatus.CREATED,
    "VALIDATION_ASKED": DocumentStatus.IN_REVIEW,
    "VALIDATED": DocumentStatus.ACCEPTED,
    "REFUSED": DocumentStatus.REFUSED,
}
EDITABLE = dict.fromkeys(STATUSES, False) | {"CREATED": True, "INCOMPLETE": True}

OWNERS_PATH = "company.beneficial_owners"

O = core(BeneficialOwner)  # noqa: E741
I = some(O.identity)  # noqa: E741
B = core(Birthplace)


@wire(source="docs: api-reference/ubo-declarations/create-ubo, Birthplace")
class MangoBirthplace:
    """The place of birth of an owner."""

    City: str | None = at(B.city, TEXT, max=255, required_when=ALWAYS)
    Country: str | None = at(B.country, TEXT, required_when=ALWAYS)


@wire(source="docs: api-reference/ubo-declarations/create-ubo")
class MangoOwner:
    """A beneficial owner of a company."""

    FirstName: str | None = at(
        I.given_name, TEXT, min=1, max=100, required_when=ALWAYS, without=ONE_NAME
    )
    LastName: str | None = at(
        I.family_name, TEXT, min=1, max=100, required_when=ALWAYS, without=ONE_NAME
    )
    Address: MangoAddress | None = inside(
        MangoAddress, some(O.address), send_whole=True, required_when=ALWAYS
    )
    Nationality: str | None = at(
        I.nationality, TEXT, required_when=ALWAYS, disallowed=BLOCKED_NATIONALITIES
    )
    Birthday: int | None = at(I.birthdate, UTC_MIDNIGHT, required_when=ALWAYS)
    Birthplace: MangoBirthplace | None = inside(
        MangoBirthplace, some(I.birthplace), send_whole=True, required_when=ALWAYS
    )
    IsActive: bool | None = record_only(bool)
    Id: str | None = record_only(str)
    CreationDate: int | None = record_only(int)


def owner_wire() -> Translation[BeneficialOwner]:
    """Returns the translation of an owner."""
    return translation(MangoOwner, PROVIDER, BeneficialOwner)


def owner_declaration(
    adapter: Adapter, payload: Mapping[str, Any], response: Response
) -> OwnerDeclaration:
    """Returns the declaration of an object. Raises `UnexpectedResponse` without an id."""
    reason, message, found = (payload.get(name) for name in ("Reason", "Message", "Ubos"))
    owners = cast("list[object]", found) if isinstance(found, list) else []
    status = text(payload.get("Status"))
    return OwnerDeclaration(
        **adapter.provenance,
        id=identifier(payload, "Id", response),
        user_id=reference(payload.get("UserId")),
        owners=tuple(declared_owner(as_object(owner)) for owner in owners),
        status=STATUSES.get(status or ""),
        provider_status=status,
        reason=None if reason is None else str(reason),
        message=None if message is None else str(message),
        editable=EDITABLE.get(status or ""),
        created_at=moment(payload.get("CreationDate")),
        processed_at=moment(payload.get("ProcessedDate")),
        retrieved_at=response.received_at,
        rate_limits=adapter.rate_limits(response),
        raw=payload,
    )


def declared_owner(payload: Mapping[str, Any]) -> DeclaredOwner:
    """Returns one owner of a declaration."""
    owner, unmapped = owner_wire().from_wire(payload)
    return DeclaredOwner(
        id=reference(payload.get("Id")) or "",
        owner=owner,
        active=payload.get("IsActive") is not False,
        losses=coarsened(owner_wire(), owner, unmapped, prefix=f"{OWNERS_PATH}."),
    )
