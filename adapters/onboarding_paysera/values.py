"""Checks of single values: of a response, and of the caller's arguments."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from onboarding import InvalidInput, Problem, UnexpectedResponse
from onboarding.spi import Response, has_lone_surrogate, identifier

__all__ = [
    "PROVIDER",
    "form_body",
    "given",
    "given_text",
    "media_type",
    "shown_id",
    "shown_number",
    "shown_text",
    "shown_word",
    "unexpected",
]

T = TypeVar("T")

PROVIDER = "paysera"

_LONGEST = 255
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII).fullmatch


def unexpected(response: Response, message: str, name: str = "") -> UnexpectedResponse:
    """Returns the error for a response in no documented form; `name` is the key with the fault."""
    problem = Problem(name, "type", message, name)
    return UnexpectedResponse([problem], status=response.status, raw=response.body)


def shown_id(shown: Mapping[str, Any], response: Response) -> str:
    """Returns the id of an object in a response. Raises `UnexpectedResponse` without one."""
    return identifier(shown, "id", response)


def shown_text(value: object) -> str | None:
    """Returns a text; None for any other type."""
    return value if isinstance(value, str) else None


def shown_word(value: object) -> str | None:
    """Returns a short text, such as a status, that a repr may show; None for anything else."""
    return value if isinstance(value, str) and len(value) <= _LONGEST else None


def shown_number(value: object) -> float | None:
    """Returns a finite number, also from a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def media_type(response: Response) -> str | None:
    """Returns the media type of a response, without parameters; None if it is not valid."""
    word = response.headers.get("content-type", "").partition(";")[0].strip()
    return word if _MEDIA_TYPE(word) else None


def given(path: str, value: object, kind: type[T]) -> T:
    """Returns an argument of the expected type. Raises `InvalidInput` for another type."""
    if isinstance(value, kind) and not (kind is not bool and isinstance(value, bool)):
        return value
    raise InvalidInput([Problem(path, "type", f"expected {kind.__name__}")])


def given_text(path: str, value: object) -> str:
    """Returns a text argument unchanged. Raises `InvalidInput` for an empty or non-text value."""
    if isinstance(value, str) and value and not has_lone_surrogate(value):
        return value
    code = "shape" if isinstance(value, str) else "type"
    raise InvalidInput([Problem(path, code, "expected a text that is not empty")])


def form_body(fields: Mapping[str, str]) -> bytes:
    """Returns an encoded form. Raises `InvalidInput` for a field that is not a text."""
    return urlencode({name: given_text(name, text) for name, text in fields.items()}).encode()
