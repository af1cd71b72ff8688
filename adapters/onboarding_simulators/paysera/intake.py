"""The kinds of body that an endpoint takes: JSON, a form, an image, any file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from .body import MESSAGES, Reader, read_body
from .errors import ApiError, Violation
from .rows import Upload
from .settings import Settings

# Gives the body as an operation wants it, from settings, content type (without parameters, in
# lower case) and bytes; raises `ApiError`.
Intake = Callable[[Settings, str, bytes], Any]

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
# The image formats that the framework knows (lib-rest-bundle, FormatDetector).
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})


def json_of(form: Callable[[Settings], Reader]) -> Intake:
    """JSON that this form describes; without a body the official SDKs send any type."""

    def take(settings: Settings, content_type: str, body: bytes) -> dict[str, Any]:
        if body and content_type != _JSON:
            raise ApiError("not_acceptable", "Only JSON is understood.")
        return read_body(body, form(settings), refuse_unknown_keys=settings.refuse_unknown_keys)

    return take


def form(_: Settings, content_type: str, body: bytes) -> dict[str, str]:
    """A form, as OAuth wants it (RFC 6749, section 4.1.3): no parameter more than once."""
    if body and content_type != _FORM:
        raise ApiError("not_acceptable", "Only a form is understood.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True)
    except UnicodeDecodeError:
        raise ApiError("invalid_request", "The body is not a form.") from None
    if len(dict(pairs)) != len(pairs):
        raise ApiError("invalid_request", "A parameter is given twice.")
    return dict(pairs)


def image(_: Settings, content_type: str, body: bytes) -> Upload:
    if body and content_type not in _IMAGES:
        raise ApiError("not_acceptable", "Only PNG, JPEG and GIF are understood.")
    return _upload(content_type, body)


def file(_: Settings, content_type: str, body: bytes) -> Upload:
    """Bytes of any type: the documents say only that they are binary."""
    return _upload(content_type, body)


def _upload(content_type: str, body: bytes) -> Upload:
    if not body:
        fault = Violation("file", "is_blank", MESSAGES["is_blank"])
        raise ApiError("invalid_parameters", "There is no file.", violations=[fault])
    return Upload(content=body, content_type=content_type)
