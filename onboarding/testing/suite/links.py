"""The law of links: they return where the platform says, and only there."""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from onboarding.errors import InvalidInput, Unsupported
from onboarding.http import Request
from onboarding.model.link import Link
from onboarding.model.shapes import is_web_url
from onboarding.testing.law import law
from onboarding.testing.runner import Runner, attempt
from onboarding.testing.suite.kept import plays

__all__ = ["links"]

BACK = "https://platform.example/back?user=7&next=/a%20b#done"
"""A return address that is spelled differently in a query, a form, JSON or XML."""

NO_ADDRESSES = ("", "back", "javascript:alert(1)", "https://")


@law(
    "a link returns to the given address as it is spelled; no other text is an address",
    plays("create_link"),
    exhaustive=True,
)
def links(runner: Runner) -> None:
    for world, call in runner.calls_of("create_link"):
        made: Link = call.result
        (subject,) = call.arguments
        whose = getattr(subject, "user_id", None) or getattr(subject, "id", None)
        assert made.user_id == whose, "a link for another user"
        assert is_web_url(made.url), "the link is not an absolute URL"
        ends = made.expires_at is None or made.issued_at is None
        assert ends or made.expires_at > made.issued_at, "the link expires before it is made"  # type: ignore[operator]
        operation: Any = world.adapter.create_link
        for text in NO_ADDRESSES:
            named = {**call.named, "return_url": text}
            first = attempt(partial(operation, **named), subject)
            assert isinstance(first, InvalidInput), f"takes {text!r} for a return address"
            assert "return_url" in first.paths, "a bad return address is not named"
        before = len(world.gateway.sent)
        try:
            again = world.perform("create_link", subject, **{**call.named, "return_url": BACK})
        except (InvalidInput, Unsupported):
            continue  # a documented limit
        sent = world.gateway.sent[before:]
        assert any(map(_has, (*sent, again.url))), "the return address is lost or spelled anew"


def _has(place: Request | str) -> bool:
    """Returns whether the return address is in a URL or a request, quoted once or not at all."""
    if isinstance(place, str):
        return any(unquote_plus(part) == BACK for part in _values(place))
    body = place.body.decode("utf-8", "replace")
    texts = (body, body.replace("&amp;", "&"), json.dumps(body), unquote_plus(body))
    escaped = json.dumps(BACK)[1:-1], BACK.replace("/", "\\/")
    found = any(BACK in text for text in texts[:2]) or any(one in body for one in escaped)
    return found or _has(place.url) or any(unquote_plus(x) == BACK for x in _values(f"?{body}"))


def _values(address: str) -> list[str]:
    query = address.partition("?")[2]
    return [part.partition("=")[2] for part in query.split("&")]
