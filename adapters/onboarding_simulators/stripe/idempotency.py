"""Idempotency keys: the first answer is stored and replayed (docs: api/idempotent_requests)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared import Row

from .calls import World
from .errors import OTHER_PARAMETERS, RefusedError, invalid

ANSWERS = "answers"
LIFE = 24 * 60 * 60
LONGEST = 255
REPLAYED = "Idempotent-Replayed"


def key_of(request: Request) -> str | None:
    """Returns the key of a POST, with the account that it is for; refuses a long one."""
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        return None
    if len(key) > LONGEST:
        raise invalid(None, f"Idempotency keys must be at most {LONGEST} characters")
    return f"{request.headers.get('Stripe-Account', '')}/{key}"


def digest(request: Request) -> str:
    """Returns what tells apart two calls: the path and the body.

    A multipart body has a new boundary each time, so its parts are compared.
    """
    hashed = hashlib.sha256(request.path.encode())
    if request.mimetype == "multipart/form-data":
        parts: Mapping[str, Any] = request.form.to_dict(flat=False)
        hashed.update(repr(sorted(parts.items())).encode())
        for name, file in sorted(request.files.items()):
            file.stream.seek(0)  # the handler has read it
            hashed.update(name.encode() + file.stream.read())
            file.stream.seek(0)
    else:
        hashed.update(request.get_data())
    return hashed.hexdigest()


def replayed(world: World, key: str, request: Request) -> Response | None:
    """Returns the stored answer; refuses the same key with other parameters."""
    row = world.tables.get(ANSWERS, key)
    if row is None or world.clock() - row["made"] >= LIFE:
        return None
    if row["digest"] != digest(request):
        raise RefusedError(OTHER_PARAMETERS)
    response = Response(row["body"], status=row["status"], content_type="application/json")
    response.headers["Request-Id"] = row["request_id"]
    response.headers["Original-Request"] = row["request_id"]
    response.headers[REPLAYED] = "true"
    return response


def remember(world: World, key: str, request: Request, response: Response) -> None:
    """Stores an answer, success or error."""
    row: Row = {
        "made": world.clock(),
        "digest": digest(request),
        "status": response.status_code,
        "body": response.get_data(as_text=True),
        "request_id": response.headers.get("Request-Id", ""),
    }
    world.tables.save(ANSWERS, key, row)
