"""Answers and errors, byte for byte as the framework behind Paysera sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from werkzeug.wrappers import Request, Response

# The general codes are those of developers.paysera.com /en/wallet/basics; any other code is
# answered with 400 (lib-rest-bundle, `ApiManager::getErrorConfig`).
DEFAULT_STATUS = 400
STATUSES: Mapping[str, int] = {
    "invalid_request": 400,
    "invalid_parameters": 400,
    "unauthorized": 401,
    "invalid_timestamp": 401,
    "forbidden": 403,
    "not_found": 404,
    "not_acceptable": 406,
    "invalid_state": 409,
    "rate_limit_exceeded": 429,
    "internal_server_error": 500,
}
ALREADY_ASSIGNED = frozenset(
    {
        "card_already_assigned",
        "person_code_already_assigned",
        "email_already_assigned",
        "phone_already_assigned",
    }
)


@frozen
class Violation:
    """An error of one field; `code` is the lower-cased name of the validator's error."""

    field: str
    code: str
    message: str


class ApiError(Exception):
    """Is sent as an error; its texts never contain a value that the caller sent."""

    def __init__(
        self,
        code: str,
        description: str,
        *,
        status: int | None = None,
        violations: Sequence[Violation] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.status = STATUSES.get(code, DEFAULT_STATUS) if status is None else status
        self.violations = tuple(violations)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Returns the JSON of the error; keys without a value are omitted (/en/wallet/basics)."""
        body: dict[str, Any] = {"error": self.code, "error_description": self.description}
        if self.violations:
            properties: dict[str, list[str]] = {}
            for violation in self.violations:
                properties.setdefault(violation.field, []).append(violation.message)
            body["error_properties"] = properties
            body["errors"] = [
                {"code": v.code, "message": v.message, "field": v.field} for v in self.violations
            ]
        return body


class CountedError(ApiError):
    """An error whose changes are kept, such as a counted attempt; others undo all changes."""


# Exactly this: the official PHP client cannot read an answer with a charset.
CONTENT_TYPE = "application/json"
_ACCEPTABLE = frozenset({"*/*", "application/*", "application/json"})


def encode(value: Any) -> str:
    """Returns JSON as PHP's `json_encode` writes it: `/` and non-ASCII are escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def answer(value: Any) -> Response:
    """Returns 200 with JSON, or 204 for None (lib-rest-bundle, RestListener).

    A value that is a response is returned as it is.
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
    """Returns the plain-text answer to a caller that does not accept JSON (`ApiManager`)."""
    status = STATUSES["not_acceptable"]
    return Response("Only JSON can be had.", status=status, content_type="text/plain")


def acceptable(request: Request) -> bool:
    """Whether the caller accepts JSON; a missing or empty Accept header accepts anything."""
    ranges = [
        (name.partition(";")[0].strip().lower(), quality)
        for name, quality in request.accept_mimetypes
    ]
    return not ranges or any(name in _ACCEPTABLE and quality > 0 for name, quality in ranges)
