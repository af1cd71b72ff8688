"""Idempotency keys: usable once a day, whatever the first answer (docs: overview/idempotency)."""

from __future__ import annotations

import json
import re
from email.utils import formatdate

from werkzeug.wrappers import Request, Response

from .calls import Call, Reply, World
from .errors import ALREADY_CREATED, RefusedError, param_error, unknown_key
from .state import StoredResponse

KEY = re.compile(r"[a-zA-Z0-9-]{16,36}")
WINDOW = 24 * 60 * 60


def take_key(world: World, request: Request) -> str | None:
    """Returns the key of a POST; refuses a used or a malformed key.

    The answer to a malformed key is not documented.
    """
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or key is None:
        return None
    if KEY.fullmatch(key) is None:
        name = "Idempotency-Key"
        text = f"The field {name} must match the regular expression '{KEY.pattern}'."
        raise RefusedError(param_error({name: text}))
    if remembered(world, key) is not None:
        raise RefusedError(ALREADY_CREATED)
    return key


def remembered(world: World, key: str) -> StoredResponse | None:
    """Returns the stored answer of a key, if it is at most a day old."""
    stored = world.store.response(key)
    if stored is None or world.clock() - stored.made >= WINDOW:
        return None
    return stored


def remember(world: World, key: str, request: Request, response: Response) -> None:
    """Stores an answer, success or error, which uses up the key."""
    stored = StoredResponse(
        made=world.clock(),
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        url=request.base_url,
        body=response.get_data(as_text=True),
    )
    world.store.save_response(key, stored)


def view_response(world: World, call: Call) -> Reply:
    """Answers with the stored answer of an idempotency key (docs: view-api-response)."""
    key = call.params["key"]
    stored = remembered(world, key)
    if stored is None:
        raise RefusedError(unknown_key(key, strict=world.strict))
    return Reply(
        body={
            "StatusCode": str(stored.status),
            "ContentLength": str(len(stored.body.encode())),
            "ContentType": stored.content_type,
            "Date": formatdate(stored.made, usegmt=True),
            "RequestURL": stored.url,
            "Resource": json.loads(stored.body) if stored.body else None,
        }
    )
