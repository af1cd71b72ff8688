"""The requests answered, as they may be shown."""

from __future__ import annotations

import re

from attrs import frozen

# Keys that a path may hold: a token to be activated, the key of a session.
_KEYS = re.compile(r"(?<=/oauth/v1/tokens/)[^/]+|(?<=/oauth/)(?!v1/)[^/?\s]+")


@frozen
class LoggedRequest:
    """One request: no query, no header, no body, and no secret in its path.

    `parameters` are those that choose a project or a location of the client.
    """

    method: str
    path: str
    status: int
    parameters: tuple[tuple[str, str], ...] = ()


def masked(path: str) -> str:
    return _KEYS.sub("***", path)
