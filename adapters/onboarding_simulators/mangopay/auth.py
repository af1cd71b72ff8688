"""OAuth 2.0 tokens: issued, and checked on each call (docs: overview/authentication)."""

from __future__ import annotations

import hmac

from werkzeug.wrappers import Request

from .calls import Call, Reply, World
from .errors import INVALID_CREDENTIALS, RefusedError
from .state import new_token


def issue_token(world: World, call: Call) -> Reply:
    """Issues a token; earlier tokens stay valid until they expire."""
    if not _known_client(world, call.request):
        return _wrong_key(world)
    if world.locked:
        # docs: overview/authentication: too many token calls; the description is ours
        text = "The account is locked for a while"
        return Reply(status=400, body={"error": "unauthorized_client", "error_description": text})
    # The official clients send a form, or JSON or multipart labelled as a form.
    if world.strict and call.request.form.get("grant_type") != "client_credentials":
        # RFC 6749 section 5.2; the documents print no such answer
        return Reply(status=400, body={"error": "unsupported_grant_type"})
    now = world.clock()
    token = new_token(world.entropy)
    world.store.save_token(token, now + world.token_life, now)
    # in the documented example it is one second less than the lifetime
    expires_in = max(world.token_life - 1, 0)
    return Reply(body={"access_token": token, "token_type": "bearer", "expires_in": expires_in})


def check_bearer(world: World, request: Request, client_id: str) -> None:
    """Refuses a call without a valid token, or for another client than the path names.

    The 401 has no `WWW-Authenticate` header, which would mean a pending SCA.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expiry = world.store.token_expiry(token.strip())
    good = scheme.lower() == "bearer" and expiry is not None and world.clock() < expiry
    if not good or client_id.lower() != world.client_id.lower():
        raise RefusedError(INVALID_CREDENTIALS)


def _known_client(world: World, request: Request) -> bool:
    given = request.authorization
    if given is None or given.type != "basic":
        return False
    sent = f"{given.username}:{given.password}".encode()
    return hmac.compare_digest(sent, f"{world.client_id}:{world.api_key}".encode())


def _wrong_key(world: World) -> Reply:
    """Answers with the documented keys, and with the one that an SDK relies on."""
    problem = INVALID_CREDENTIALS
    body = {"Message": problem.message, "Type": problem.type, "Date": int(world.clock())}
    if not world.strict:  # the Node SDK's own test suite reads it
        body["error"] = "invalid_client"
    return Reply(status=problem.status, body=body)
