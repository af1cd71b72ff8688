"""The review of KYC documents: by hand, or by the tags of the sandbox."""

from __future__ import annotations

from collections.abc import Sequence

from onboarding_simulators.shared import Row

from .calls import World
from .events import emit
from .levels import DOCUMENTS, accept_proof

# docs: view-kyc-document, property RefusedReasonType
REASONS = (
    "DOCUMENT_DO_NOT_MATCH_USER_DATA",
    "DOCUMENT_FALSIFIED",
    "DOCUMENT_HAS_EXPIRED",
    "DOCUMENT_INCOMPLETE",
    "DOCUMENT_MISSING",
    "DOCUMENT_NOT_ACCEPTED",
    "DOCUMENT_UNREADABLE",
    "SPECIFIC_CASE",
    "UNDERAGE_PERSON",
)
# docs: release-notes/api/2025-09-30: the sandbox's outcome by tag
OUTCOMES = {
    "refuse_unreadable": "DOCUMENT_UNREADABLE",
    "refuse_not_accepted": "DOCUMENT_NOT_ACCEPTED",
    "refuse_expired": "DOCUMENT_HAS_EXPIRED",
    "refuse_incomplete": "DOCUMENT_INCOMPLETE",
    "refuse_missing": "DOCUMENT_MISSING",
    "refuse_no_user_data_match": "DOCUMENT_DO_NOT_MATCH_USER_DATA",
    "refuse_falsified": "DOCUMENT_FALSIFIED",
    "refuse_underage": "UNDERAGE_PERSON",
    "refuse_specific_case": "SPECIFIC_CASE",
}


def decide_by_tag(world: World, row: Row) -> None:
    """Decides on a submitted document by its tag, as the sandbox does; other tags leave it open."""
    tag = row["_Outcome"]
    if tag == "accept":
        accept(world, row["Id"])
    elif tag in OUTCOMES:
        refuse(world, row["Id"], OUTCOMES[tag])


def accept(world: World, document_id: str) -> None:
    """Accepts a submitted document; if none is missing then, the user becomes REGULAR."""
    row = _submitted(world, document_id)
    user = world.store.user(row["UserId"])
    if user is None or user.status == "CLOSED":
        raise LookupError("the user of this document is closed")
    decided = {**row, "Status": "VALIDATED", "ProcessedDate": int(world.clock())}
    world.tables.save(DOCUMENTS, document_id, decided)
    emit(world, "KYC_SUCCEEDED", document_id)
    world.store.save_user(accept_proof(world, user, row["Type"], document_id))


def refuse(
    world: World,
    document_id: str,
    reason: str,
    message: str | None = None,
    flags: Sequence[str] = (),
) -> None:
    """Refuses a submitted document; unknown reasons are accepted, since MangoPay adds some."""
    row = _submitted(world, document_id)
    decided = {
        **row,
        "Status": "REFUSED",
        "ProcessedDate": int(world.clock()),
        "RefusedReasonType": reason,
        "RefusedReasonMessage": message,
        "Flags": list(flags),
    }
    world.tables.save(DOCUMENTS, document_id, decided)
    emit(world, "KYC_FAILED", document_id)


def _submitted(world: World, document_id: str) -> Row:
    row = world.tables.get(DOCUMENTS, document_id)
    if row is None or row["Status"] != "VALIDATION_ASKED":
        raise LookupError("no submitted document has this id")
    return row
