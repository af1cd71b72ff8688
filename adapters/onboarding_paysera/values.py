"""Single values: what an answer holds, typed and bounded, and what a caller gives as a text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from onboarding import InvalidInput, Problem, UnexpectedResponse
from onboarding.spi import Response, has_lone_surrogate, identifier

__all__ = [
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

_LONGEST = 255
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII).fullmatch


def unexpected(response: Response, message: str, name: str = "") -> UnexpectedResponse:
    """The error of an answer in no documented shape; `name` is the key that it concerns."""
    problem = Problem(name, "type", message, name)
    return UnexpectedResponse([problem], status=response.status, raw=response.body)


def shown_id(shown: Mapping[str, Any], response: Response) -> str:
    """The id of the object in an answer. Raises `UnexpectedResponse` without one."""
    return identifier(shown, "id", response)


def shown_text(value: object) -> str | None:
    """A text; None for anything else."""
    return value if isinstance(value, str) else None


def shown_word(value: object) -> str | None:
    """A short text, such as a status, which a repr can show; None for anything else."""
    return value if isinstance(value, str) and len(value) <= _LONGEST else None


def shown_number(value: object) -> float | None:
    """A finite number, also one written as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def media_type(response: Response) -> str | None:
    """The media type of an answer's body, without parameters; None where it is none."""
    word = response.headers.get("content-type", "").partition(";")[0].strip()
    return word if _MEDIA_TYPE(word) else None


def given(path: str, value: object, kind: type[T]) -> T:
    """A value of the caller's, if it is of a kind. Raises `InvalidInput` for another."""
    if isinstance(value, kind) and not (kind is not bool and isinstance(value, bool)):
        return value
    raise InvalidInput([Problem(path, "type", f"expected {kind.__name__}")])


def given_text(path: str, value: object) -> str:
    """A text of the caller's, as it is. Raises `InvalidInput` for anything that is none."""
    if isinstance(value, str) and value and not has_lone_surrogate(value):
        return value
    code = "shape" if isinstance(value, str) else "type"
    raise InvalidInput([Problem(path, code, "expected a text that is not empty")])


def form_body(fields: Mapping[str, str]) -> bytes:
    """A form as it is sent. Raises `InvalidInput` for a field that is no text."""
    return urlencode({name: given_text(name, text) for name, text in fields.items()}).encode()
