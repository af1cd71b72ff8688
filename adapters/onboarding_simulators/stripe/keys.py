"""Secret keys, and the account that a call is for (docs: api/authentication)."""

from __future__ import annotations

import hmac

from werkzeug.wrappers import Request

from .calls import World
from .errors import NO_KEY, SECRET_KEY_REQUIRED, UNAUTHORIZED, RefusedError, invalid, no_access
from .settings import VERSION


def check_key(world: World, request: Request) -> None:
    """Refuses a call without the secret key, as a bearer or as the user name of Basic.

    A publishable key, which has the same ending, may only create tokens.
    """
    given = request.authorization
    key = None
    if given is not None:
        key = given.token if given.type == "bearer" else given.username
    if not key:
        raise RefusedError(NO_KEY)
    if hmac.compare_digest(key.encode(), world.api_key.encode()):
        return
    publishable = f"pk_{world.api_key.partition('_')[2]}"
    if not hmac.compare_digest(key.encode(), publishable.encode()):
        raise RefusedError(UNAUTHORIZED)
    if (request.method, request.path) != ("POST", "/v1/tokens"):
        raise RefusedError(SECRET_KEY_REQUIRED)


def acting_for(world: World, request: Request) -> str | None:
    """Returns the account of the header Stripe-Account; refuses one of another platform."""
    id = request.headers.get("Stripe-Account")
    if id and world.tables.get("accounts", id) is None:
        raise no_access()
    return id or None


def version_of(world: World, request: Request) -> str:
    """Returns the API version of a call; refuses a malformed one, and takes any other."""
    version = request.headers.get("Stripe-Version") or world.api_version
    if not VERSION.fullmatch(version):
        raise invalid(None, "Invalid Stripe API version")
    return version
