"""Answers in the bytes that the framework behind Paysera would send."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Request, Response

from .errors import STATUSES, ApiError

# Exactly this: the official PHP client reads nothing of an answer that adds a charset.
CONTENT_TYPE = "application/json"
_ACCEPTABLE = frozenset({"*/*", "application/*", "application/json"})


def encode(value: Any) -> str:
    """Spells JSON as PHP's `json_encode` does: `/` and all beyond ASCII are escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def answer(value: Any) -> Response:
    """200 with JSON, or 204 where there is nothing to say (lib-rest-bundle, RestListener).

    What is no JSON is a response already.
    """
    if isinstance(value, Response):
        return value
    if value is None:
        response = Response(status=204)
        del response.headers["Content-Type"]
        return response
    return Response(encode(value), content_type=CONTENT_TYPE)


def refusal(error: ApiError) -> Response:
    return Response(
        encode(error.body()),
        status=error.status,
        content_type=CONTENT_TYPE,
        headers=error.headers,
    )


def not_acceptable() -> Response:
    """Where the caller accepts no JSON, the framework answers in plain text (`ApiManager`)."""
    status = STATUSES["not_acceptable"]
    return Response("Only JSON can be had.", status=status, content_type="text/plain")


def acceptable(request: Request) -> bool:
    """Whether the caller takes JSON; a missing or empty Accept header takes anything."""
    ranges = [
        (name.partition(";")[0].strip().lower(), quality)
        for name, quality in request.accept_mimetypes
    ]
    return not ranges or any(name in _ACCEPTABLE and quality > 0 for name, quality in ranges)
