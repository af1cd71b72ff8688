"""What all answers of Paysera share: headers, errors, pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    INTEGER,
    TEXT,
    Json,
    answer,
    listed,
    operation,
    query,
    ref,
    shape,
    text,
    whole,
    word,
)

from .words import SCHEMAS

GUIDE = "https://developers.paysera.com/guides/wallet/user-information/user-resource"
IDENTIFICATION = "https://developers.paysera.com/guides/wallet/user-identification"
BASICS = "https://developers.paysera.com/en/wallet/basics"

CORRELATION = {"paysera-correlation-id": text("^[0-9a-f]{32}$")}
# java-lib-wallet-sdk, RecaptchaHeader
_CAPTCHA = {"g-recaptcha-key": TEXT, "recaptcha-unlock-url": text("^https?://")}
JSON = "application/json"
_FAULT = shape({"code": text("^[a-z_]+$"), "message": TEXT, "field": TEXT})

# lib-rest-bundle and /en/wallet/basics: the codes of each status
_CODES = {
    400: ("invalid_request", "invalid_parameters", "invalid_grant"),
    401: ("unauthorized", "invalid_timestamp"),
    403: ("forbidden",),
    404: ("not_found",),
    405: ("not_found",),
    409: ("invalid_state",),
    429: ("rate_limit_exceeded",),
}


def error(*codes: str) -> Json:
    """Returns an error with one of these codes; keys without a value are omitted."""
    plain = {"error": word(*codes), "error_description": text(least=1)}
    faults = {
        "error_properties": {"type": "object", "additionalProperties": listed(TEXT, least=1)},
        "errors": listed(_FAULT, least=1),
    }
    return shape(plain, faults if "invalid_parameters" in codes else None)


SCHEMAS.update({f"Error{status}": error(*codes) for status, codes in _CODES.items()})
# a caller that accepts no JSON gets plain text
_NOT_ACCEPTABLE = {
    "description": "No",
    "headers": {name: {"required": True, "schema": each} for name, each in CORRELATION.items()},
    "content": {
        "application/json": {"schema": error("not_acceptable")},
        "text/plain": {"schema": TEXT},
    },
}


def call(
    name: str,
    schema: Json | None,
    *,
    method: str = "get",
    page: str = GUIDE,
    codes: Iterable[str] = (),
    may: Iterable[int] = (),
    public: bool = False,
    media: Iterable[str] = (JSON,),
    sent: Iterable[str] = (JSON,),
    answers: Mapping[int, Json] | None = None,
    **more: Any,
) -> dict[str, Json]:
    """Returns an operation by its method, with the answers that every operation may have.

    `sent` are the media types of the body, `media` those of the answer; without a schema the answer
    is a 204. `codes` are additional errors with 400, `may` additional statuses of errors.
    """
    done = answer("Done", schema, CORRELATION, media)
    said: dict[int, Json] = {
        204 if schema is None else 200: done,
        400: _no(error(*_CODES[400], *codes) if codes else ref("Error400")),
        404: _no(ref("Error404")),
        405: _no(ref("Error405")),
        406: _NOT_ACCEPTABLE,
    }
    for status in (*may, *(() if public else (401, 403, 429))):
        said[status] = _no(ref(f"Error{status}"), _CAPTCHA if status == 429 else {})
    security: dict[str, Any] = {"security": []} if public else {}
    every = {**said, **(answers or {})}
    described = operation(name, page, every, media=sent, **security, **more)
    return {method: described}


PAGED = (
    query("limit", whole(0, 200)),
    query("offset", whole(0, 1000)),
    query("order_direction", word("asc", "desc")),
)


def paged(name: str, schema: Json) -> Json:
    """Returns a page of a list under a name (lib-serializer, ResultMetadataNormalizer)."""
    cursors = shape({}, {"after": TEXT, "before": TEXT})
    known = {
        "total": INTEGER,
        "limit": INTEGER,
        "offset": INTEGER,
        "has_next": BOOLEAN,
        "has_previous": BOOLEAN,
        "cursors": cursors,
    }
    return shape({name: listed(schema), "_metadata": shape({}, known)})


def _no(schema: Json, headers: Mapping[str, Json] | None = None) -> Json:
    return answer("No", schema, {**CORRELATION, **(headers or {})})
