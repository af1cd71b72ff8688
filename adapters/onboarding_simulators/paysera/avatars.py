"""The operations on a user's picture."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource.

from __future__ import annotations

from werkzeug.wrappers import Response

from .calls import Call
from .errors import ApiError
from .rows import Avatar


def put_avatar(call: Call) -> None:
    account = call.account()
    call.need(account, "avatar")
    call.store.keep(Avatar(id=account.id, image=call.body))


def delete_avatar(call: Call) -> None:
    """Taking away what is not there is not found: an inference."""
    account = call.account()
    call.need(account, "avatar")
    avatar = call.store.get(Avatar, account.id)
    if avatar is None:
        raise ApiError("not_found", "The user has no avatar.")
    call.store.drop(avatar)


def show_avatar(call: Call) -> Response:
    """GET /avatar/:userId.jpg, which needs no signature and is on another host in production.

    The bytes are those that came, under the type that they came with: nothing is converted, and
    `size`, whose values are not documented, changes nothing.
    """
    avatar = call.store.get(Avatar, int(call.parts["id"]))
    if avatar is None:
        raise ApiError("not_found", "The user has no avatar.")
    return Response(avatar.image.content, content_type=avatar.image.content_type)
