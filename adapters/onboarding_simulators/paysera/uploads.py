"""The operations on a user's uploads: picture and documents."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from werkzeug.wrappers import Response

from .answers import ApiError
from .calls import Call
from .rows import Avatar, Document

# Source: developers.paysera.com /guides/wallet/user-information/user-resource. It prints no answers
# for documents: the first must contain an id, or the second call would be impossible.


def put_avatar(call: Call) -> None:
    account = call.account()
    call.need(account, "avatar")
    call.store.keep(Avatar(id=account.id, image=call.body))


def delete_avatar(call: Call) -> None:
    """Removes the picture; that a missing one is not found is an inference."""
    account = call.account()
    call.need(account, "avatar")
    avatar = call.store.get(Avatar, account.id)
    if avatar is None:
        raise ApiError("not_found", "The user has no avatar.")
    call.store.drop(avatar)


def show_avatar(call: Call) -> Response:
    """GET /avatar/:userId.jpg; needs no signature, and is on another host in production.

    The bytes and their media type are returned as they were sent; `size`, whose values are not
    documented, is ignored.
    """
    avatar = call.store.get(Avatar, int(call.parts["id"]))
    if avatar is None:
        raise ApiError("not_found", "The user has no avatar.")
    return Response(avatar.image.content, content_type=avatar.image.content_type)


_SHOWN = ("title", "extension", "type", "number", "date", "review_status", "comment")


def upload_document(call: Call) -> dict[str, Any]:
    """POST /user/:userId/document: accepts bytes of any type."""
    account = call.account()
    document = Document(id=call.store.count("document"), user_id=account.id, file=call.body)
    call.store.keep(document)
    return _shown_document(document)


def describe_document(call: Call) -> dict[str, Any]:
    """PUT /user/document/:documentId/metadata, whose path names no user."""
    document = evolve(call.row(Document), **call.body)
    call.store.keep(document)
    return _shown_document(document)


def _shown_document(document: Document) -> dict[str, Any]:
    shown = {name: getattr(document, name) for name in _SHOWN}
    return {"id": document.id, "user_id": document.user_id} | {
        name: value for name, value in shown.items() if value is not None
    }
