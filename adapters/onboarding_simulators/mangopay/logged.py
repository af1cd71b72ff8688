"""The requests answered, as they may be shown."""

from __future__ import annotations

import re

from attrs import frozen

# the short-lived link to a page of a document: whoever has it may read the page
_KEYS = re.compile(r"(?<=/consult/)[^/?\s]+", re.IGNORECASE)


@frozen(kw_only=True)
class LoggedRequest:
    """One request as the log keeps it: no query, header or body, and no secret in its path."""

    method: str
    path: str
    status: int


def masked(path: str) -> str:
    """Gives a path without the token that it may hold."""
    return _KEYS.sub("***", path)
