"""Notifications sent to the address that a client registered."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

__all__ = ["notify"]


def notify(url: str, *, seconds: float) -> int | None:
    """Sends a GET; gives the status of the answer, or None if none came within the time.

    Redirects are not followed.
    """
    try:
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=seconds)
        try:
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            connection.request("GET", target, headers={"Connection": "close"})
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, ValueError, HTTPException):
        return None
