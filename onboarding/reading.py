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

_LAST_YEAR = 9998  # days are added to what a provider shows, and the calendar ends in 9999


def moment(value: object) -> datetime | None:
    """A Unix time in seconds as an aware datetime in UTC; None for anything else.

    Milliseconds are None: as seconds, they lie beyond the calendar.
    """
    try:
        found = UTC_SECONDS.read(value)
    except UNREADABLE:
        return None
    return found if 1 < found.year <= _LAST_YEAR else None


def reference(value: object) -> str | None:
    """An id as text; None for what is not one.

    An id is a text or a whole number with at least one character and at most `LONGEST_ID`.
    """
    if value.__class__ is not str and value.__class__ is not int:
        return None
    found = str(value)
    return found if 0 < len(found) <= LONGEST_ID else None


def identifier(shown: Mapping[str, Any], name: str, response: Response) -> str:
    """The id at a key of the object in a response. Raises `UnexpectedResponse` without one."""
    found = reference(shown.get(name))
    if found is None:
        code = "missing" if shown.get(name) in (None, "") else "type"
        text = f"the answer has no id: a text or whole number of at most {LONGEST_ID} characters"
        problem = Problem("", code, text, name)
        raise UnexpectedResponse([problem], status=response.status, raw=response.body)
    return found
