"""Request bodies read as JSON objects."""

from __future__ import annotations

import json
from typing import NoReturn, cast

from werkzeug.wrappers import Request

from .errors import EMPTY_BODY, RefusedError, param_error, wrong_media_type

JSON = ("application/json", "text/json")


def json_object(request: Request) -> dict[str, object]:
    """Gives the body of a write, or refuses it: empty, not declared as JSON, not an object."""
    raw = request.get_data()
    if not raw:
        raise RefusedError(EMPTY_BODY)
    if request.mimetype not in JSON:
        raise RefusedError(wrong_media_type(request.mimetype))
    try:
        parsed: object = json.loads(raw, parse_constant=_no_constant)
        json.dumps(parsed, ensure_ascii=False).encode()  # lone surrogates stop here
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(parsed, dict):
        raise _unreadable()
    return cast("dict[str, object]", parsed)


def no_body(request: Request, *, strict: bool) -> None:
    """Judges the body of a write that has none: official clients send `""` or a few keys."""
    if strict and request.get_data():
        json_object(request)


def _no_constant(name: str) -> NoReturn:
    raise ValueError


def _unreadable() -> RefusedError:
    # the documents print no answer to a body that is not JSON; the key is ours
    return RefusedError(param_error({"Body": "Error reading object."}))
