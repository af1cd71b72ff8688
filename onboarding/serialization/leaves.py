"""Readers of simple values; each raises `InvalidInput` without showing the value."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from onboarding.errors import InvalidInput, Problem
from onboarding.values.base import Shape
from onboarding.values.media_types import canonical, media_type_of
from onboarding.values.secret import Secret

__all__ = [
    "LEAVES",
    "Reading",
    "fail",
    "read_secret",
    "read_shaped",
    "read_text",
    "read_word",
    "without_blanks",
]

Reading = Callable[[Any, Any], Any]

_CALENDAR_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


def fail(code: str, message: str) -> InvalidInput:
    """Returns an error with one problem of the current value."""
    return InvalidInput([Problem("", code, message)])


# Spaces and line breaks of Unicode, the zero-width space, the word joiner, the byte order mark.
_BLANKS = (
    " \t\n\v\f\r\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
)


def without_blanks(value: Any) -> Any:
    """Strips the blanks at both ends of a text; returns any other value unchanged."""
    return value.strip(_BLANKS) if isinstance(value, str) else value


def read_text(value: Any, _: Any) -> str:
    """Reads a text; other types are not converted."""
    if not isinstance(value, str):
        raise fail("type", "expected a text")
    return value


def _truth(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise fail("type", "expected true or false")
    return value


def _whole(value: Any, _: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise fail("type", "expected a whole number")
    return value


def _number(value: Any, _: Any) -> float:
    found = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):  # an integer of hundreds of digits
            found = float(value)
    if not math.isfinite(found):
        raise fail("type", "expected a finite number")
    return found


def _day(value: Any, _: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _CALENDAR_DAY(value):  # not ISO's 2020-W01-1
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise fail("shape", "expected a date as YYYY-MM-DD") from None


def _moment(value: Any, _: Any) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise fail("shape", "expected a date and time in ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_DATA_URI = re.compile(
    r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w-]+=[\w.\"-]*)*;base64,", re.ASCII | re.IGNORECASE
)
_TOLD_BY_BYTES = ("application/pdf", "image/jpeg", "image/png", "image/gif")


def _bytes(value: Any, _: Any) -> bytes:
    """Reads bytes, or base64 with or without line breaks, also as a `data:` URI (RFC 2397).

    A `data:` URI with another media type than its bytes is refused.
    """
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise fail("type", "expected base64")
    text, named = value, ""
    if (uri := _DATA_URI.match(text)) is not None:
        text, named = text[uri.end() :], canonical(uri[1] or "")
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        raise fail("shape", "expected base64, or a data: URI in base64") from None
    if named in _TOLD_BY_BYTES and media_type_of(content) != named:
        there = media_type_of(content) or "of another type"
        raise fail("conflict", f"the data: URI says {named}, the bytes are {there}")
    return content


def read_secret(value: Any, _: Any) -> Secret:
    """Reads a secret, or the text of one."""
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str) or not value:
        raise fail("type", "expected a non-empty text")
    return Secret(value)


def read_word(value: Any, kind: type[Enum]) -> Enum:
    """Reads a member of an enum, or its value."""
    words = [str(member.value) for member in kind]
    if isinstance(value, kind):
        return value
    try:
        return kind(value)
    except ValueError:
        raise fail("choice", f"expected one of {', '.join(words)}") from None


def read_shaped(value: Any, shape: Shape, *, clean: bool) -> Any:
    """Reads a value with a shape; `clean` normalises a person's input first."""
    try:
        cleaned = shape.clean(value) if clean and shape.clean else value
    except ValueError:
        cleaned = ""
    if not cleaned or not shape.rule(cleaned):
        raise fail("shape", shape.refusal(value))
    return cleaned


LEAVES: dict[type, Reading] = {
    str: read_text,
    bool: _truth,
    int: _whole,
    float: _number,
    date: _day,
    datetime: _moment,
    bytes: _bytes,
}
"""The reader of each simple type."""
