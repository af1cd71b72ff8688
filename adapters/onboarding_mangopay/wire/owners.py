"""MangoPay's declaration object, with its owners.

docs: api-reference/ubo-declarations, create-ubo
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding import Birthplace, DocumentStatus, OwnerDeclaration, Person, PersonRole
from onboarding.spi import (
    ALWAYS,
    MOMENT,
    NEVER,
    REFERENCE,
    TEXT,
    UTC_MIDNIGHT,
    Adapter,
    DeclaredOwner,
    Response,
    Translation,
    as_list,
    as_object,
    at,
    coarsened,
    core,
    inside,
    not_applicable,
    record_only,
    reference,
    some,
    translation,
    trust,
    wire,
    words,
)

from onboarding_mangopay.values import PROVIDER, text
from onboarding_mangopay.wire.legal import LegalUser
from onboarding_mangopay.wire.policy import BLOCKED_NATIONALITIES, ONE_NAME
from onboarding_mangopay.wire.shared import MangoAddress

__all__ = [
    "EDITABLE",
    "REPRESENTED",
    "STATUSES",
    "MangoBirthplace",
    "MangoDeclaration",
    "MangoOwner",
    "declared_owner",
    "owner_declaration",
    "owner_wire",
]

# docs: view-ubo-declaration, Status; INCOMPLETE, a declaration to be corrected, has no core word
STATUSES = {
    DocumentStatus.CREATED: "CREATED",
    DocumentStatus.IN_REVIEW: "VALIDATION_ASKED",
    DocumentStatus.ACCEPTED: "VALIDATED",
    DocumentStatus.REFUSED: "REFUSED",
}
EDITABLE = dict.fromkeys(STATUSES.values(), False) | {"CREATED": True, "INCOMPLETE": True}

REPRESENTED = frozenset(
    mapped.core.partition(".")[2]
    for mapped in translation(LegalUser, PROVIDER).plan.fields
    if mapped.core.startswith("people[representative].")
)
"""The fields of a person that the user object carries for a representative."""

O = core(Person)  # noqa: E741
I = some(O.identity)  # noqa: E741
B = core(Birthplace)


@wire(source="docs: api-reference/ubo-declarations/create-ubo, Birthplace")
class MangoBirthplace:
    """The place of birth of an owner."""

    City: str | None = at(B.city, TEXT, max=255, required_when=ALWAYS)
    Country: str | None = at(B.country, TEXT, required_when=ALWAYS)


@wire(
    source="docs: api-reference/ubo-declarations/create-ubo",
    not_supported=(not_applicable(O.documents, "documents are submitted by a separate call"),),
)
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


D = core(OwnerDeclaration)


@wire(source="docs: view-ubo-declaration", on=NEVER)
class MangoDeclaration:
    """A declaration; its owners are read by `MangoOwner`."""

    Id: str | None = at(D.id, REFERENCE)
    UserId: str | None = at(D.user_id, REFERENCE)
    Status: str | None = at(D.status, words(DocumentStatus, STATUSES))
    Reason: str | None = at(D.reason, TEXT)
    Message: str | None = at(D.message, TEXT)
    CreationDate: int | None = at(D.created_at, MOMENT)
    ProcessedDate: int | None = at(D.processed_at, MOMENT)


def owner_wire() -> Translation[Person]:
    """Returns the translation of an owner."""
    return translation(MangoOwner, PROVIDER, Person)


def owner_declaration(
    adapter: Adapter, payload: Mapping[str, Any], response: Response
) -> OwnerDeclaration:
    """Returns the declaration of an object. Raises `UnexpectedResponse` without an id."""
    status, owners = text(payload.get("Status")), as_list(payload.get("Ubos"))
    return adapter.read_as(
        OwnerDeclaration,
        payload,
        response,
        by=MangoDeclaration,
        owners=tuple(declared_owner(as_object(owner)) for owner in owners),
        provider_status=status,
        editable=EDITABLE.get(status or ""),
    )


def declared_owner(payload: Mapping[str, Any]) -> DeclaredOwner:
    """Returns one owner of a declaration; its `ref` is the id, because MangoPay keeps no `ref`."""
    found, unmapped = owner_wire().from_wire(payload)
    id = reference(payload.get("Id")) or ""
    roles = (PersonRole.BENEFICIAL_OWNER,)
    return DeclaredOwner(
        id=id,
        owner=trust(Person, {**vars(found), "ref": id, "roles": roles}),
        active=payload.get("IsActive") is not False,
        losses=coarsened(owner_wire(), found, unmapped, prefix=f"people[{id}]."),
    )
