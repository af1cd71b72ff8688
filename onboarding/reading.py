"""Readers of what every provider shows: the time of an event, the id of an object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from onboarding.errors import Problem, UnexpectedResponse
from onboarding.http import Response
from onboarding.mapping.codecs import UNREADABLE, UTC_SECONDS

__all__ = ["LONGEST_ID", "identifier", "moment", "reference"]

LONGEST_ID = 512
"""Characters of an id. No provider documents more than 128; an answer may hold megabytes."""

_MOST = 1 << 64  # Python refuses to write very large numbers as text
_LAST_YEAR = 9998  # days are added to what a provider shows, and the calendar ends in 9999


def moment(value: object) -> datetime | None:
    """A Unix time in seconds, whole and above 0, as an aware datetime in UTC; else None.

    JSON may spell it `1690296665.0`. Milliseconds are None: as seconds, they lie beyond the
    calendar.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    try:
        found = UTC_SECONDS.read(value)
    except UNREADABLE:
        return None
    return found if 1 < found.year <= _LAST_YEAR else None


def reference(value: object) -> str | None:
    """An id as text; None for what is not one.

    An id is a whole number, or a printable text that is not blank, of at most `LONGEST_ID`
    characters.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST:
        return str(value)
    if isinstance(value, str) and len(value) <= LONGEST_ID and value.isprintable():
        return value if value.strip() else None
    return None


def identifier(shown: Mapping[str, Any], name: str, response: Response) -> str:
    """The id at a key of the object in a response. Raises `UnexpectedResponse` without one."""
    found = reference(shown.get(name))
    if found is None:
        code = "missing" if shown.get(name) in (None, "") else "type"
        text = f"the answer has no id: a text or whole number of at most {LONGEST_ID} characters"
        problem = Problem("", code, text, name)
        raise UnexpectedResponse([problem], status=response.status, raw=response.body)
    return found
