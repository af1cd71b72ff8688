"""URLs that are sent as they are signed, and the hosts of this machine."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from urllib.parse import SplitResult, quote, urlsplit

from onboarding.errors import ConfigurationError, InvalidInput, Problem

__all__ = ["has_lone_surrogate", "is_loopback", "query_text", "url"]

_IN_A_BASE = re.compile(r"[!-~]+").fullmatch  # others are written as punycode or %XX
has_lone_surrogate = re.compile(r"[\ud800-\udfff]").search
"""Finds a surrogate, which UTF-8 cannot encode."""


@cache
def _base(text: str) -> SplitResult:
    with suppress(ValueError):  # of urlsplit, and of an invalid port
        parts = urlsplit(text)
        absolute = parts.scheme.lower() in ("http", "https") and parts.hostname
        # A user name before the host would become a header and replace the signed one.
        if absolute and parts.username is None and parts.port != 0 and _IN_A_BASE(text):
            return parts
    problem = Problem("base_url", "shape", "expected an absolute URL of http or https")
    raise ConfigurationError([problem])


@cache
def _root(base: str) -> str:
    parts = _base(base)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


_PLAIN = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_~.-]*").fullmatch
"""Matches a path segment that is quoted to itself."""


def _bad_part(why: str, code: str = "shape") -> InvalidInput:
    return InvalidInput([Problem("", code, f"a part of a URL {why}")])


def _quoted(text: str) -> str:
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise _bad_part("is not a text", "type")
    if has_lone_surrogate(text):
        raise _bad_part("has a lone surrogate")
    return quote(text, safe="")


def _segment(part: str | int) -> str:
    if isinstance(part, bool) or not isinstance(part, str | int):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise _bad_part("is neither a text nor a whole number", "type")
    if (text := str(part)) in ("", ".", ".."):
        raise _bad_part("is empty, or only dots")
    return _quoted(text)


def query_text(query: Iterable[tuple[str, str]]) -> str:
    """Returns pairs of texts as the query of a URL, each part quoted completely."""
    try:
        return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in query])
    except InvalidInput:
        raise
    except (TypeError, ValueError):
        raise _bad_part("is not a pair of texts", "type") from None


def url(
    base: str,
    *segments: str | int,
    query: Iterable[tuple[str, str]] = (),
) -> str:
    """Builds a URL in a form that no client re-encodes, so that the signed URL is the sent one.

    Every path segment and every part of the query is quoted completely, so that an id cannot add
    segments or parameters. Raises `InvalidInput` for a segment of another type, for `""`, `.` and
    `..`, and for a text that UTF-8 cannot encode; `ConfigurationError` if `base` is not an absolute
    URL.
    """
    whole = _root(base)
    for part in segments:
        plain = type(part) is str and _PLAIN(part)
        whole += f"/{part if plain else _segment(part)}"
    search = query_text(query) if query != () else ""
    return f"{whole}?{search}" if search else whole


def is_loopback(address: str) -> bool:
    """Whether the host of a URL is this machine, so that requests do not cross a network."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
