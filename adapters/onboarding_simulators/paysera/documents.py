"""The operations on documents: bytes first, then what they are."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource. No source gives
# the answers: an id must be in the first, or the second could not be called.

from __future__ import annotations

from typing import Any

from attrs import evolve

from . import levels
from .calls import Call
from .rows import Document

_SHOWN = ("title", "extension", "type", "number", "date", "review_status", "comment")


def upload_document(call: Call) -> dict[str, Any]:
    """POST /user/:userId/document: bytes of any type."""
    account = call.account()
    document = Document(id=call.store.count("document"), user_id=account.id, file=call.body)
    call.store.keep(document)
    return _shown(document)


def describe_document(call: Call) -> dict[str, Any]:
    """PUT /user/document/:documentId/metadata, whose path names no user."""
    document = evolve(call.row(Document), **call.body)
    call.store.keep(document)
    return _shown(document)


def level_of(document: Document) -> str:
    """The level that a document gives once it is accepted."""
    weak = document.type == "driver_licence"
    return levels.WEAK_DOCUMENT if weak else levels.STRONG_DOCUMENT


def _shown(document: Document) -> dict[str, Any]:
    shown = {name: getattr(document, name) for name in _SHOWN}
    return {"id": document.id, "user_id": document.user_id} | {
        name: value for name, value in shown.items() if value is not None
    }
