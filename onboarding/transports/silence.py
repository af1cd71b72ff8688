"""The errors for a request that got no answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from onboarding.errors import NoAnswer, OutcomeUnknown, TransportError
from onboarding.http import Request

__all__ = ["no_answer", "unwritable"]


def no_answer(request: Request, *, timed_out: bool, never_sent: bool) -> NoAnswer:
    """Says what is known of a request without an answer; no URL, for that may name a user."""
    host = urlsplit(request.url).hostname
    why = "in time" if timed_out else "over a working connection"
    text = f"no answer came {why} from {host} to {request.method} ({request.operation})"
    if request.changes_nothing or never_sent:
        return TransportError(text)
    return OutcomeUnknown(f"{text}; it may have been carried out")


def unwritable(request: Request) -> TransportError:
    """Says that a client takes no such request; its own text would show the URL or a header."""
    text = f"{request.method} ({request.operation}) cannot be written as HTTP"
    return TransportError(f"{text}: look at base_url, at the proxy and at the credentials")
