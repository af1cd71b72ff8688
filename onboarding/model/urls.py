"""The one rule for the URLs that come from outside: absolute, and read alike by everyone."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from onboarding.errors import InvalidInput, Problem

__all__ = ["LINK_CHARACTER", "LINK_START", "is_link", "is_web_url", "web_url"]

# No name before the host (`user@`), and no backslash, which a browser takes for a slash.
_WEB = re.compile(
    r"[Hh][Tt][Tt][Pp][Ss]?://"
    r"""(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@\\:\[\]<>"^`{|}%]+)(?::[0-9]*)?"""
    r"(?:[/?#][^\s\\]*)?"
).fullmatch

_LONGEST_LABEL = 63  # RFC 1035, 2.3.4; no DNS query holds a longer one


def is_web_url(text: object) -> bool:
    """Whether it is an absolute URL of http or https with a host.

    It is not with a user name or a password, a blank, a backslash, a control character or a
    character that is not shown.
    """
    if not isinstance(text, str) or not _WEB(text) or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        labels = host.removesuffix(".").split(".")
        sound = all(0 < len(label) <= _LONGEST_LABEL for label in labels)
        return sound and parts.port != 0 and any(char.isalnum() for char in host)
    except ValueError:  # of a port that is none, and of brackets around no address
        return False


def web_url(path: str, value: object) -> str:
    """The value, if it is an absolute URL of http or https. Raises `InvalidInput` otherwise."""
    if isinstance(value, str) and is_web_url(value):
        return value
    raise InvalidInput([Problem(path, "shape", "expected an absolute URL of http or https")])


LINK_START = (
    r"(?!(?i:javascript|vbscript|data|file|blob|about|view-source|chrome|intent):)"
    r"(?!(?i:https?)://[:/?#])"
    r"(?![^/]*//[^/?#]*@)"
    r"[A-Za-z][A-Za-z0-9+.-]*://"
)
"""A pattern: how a link begins that a browser or an app opens (`myapp://`). The schemes left out
run what follows, or read a file."""

LINK_CHARACTER = r"[!-\[\]-~]"
"""A pattern: a character of such a link, which has no blank, no backslash and ASCII alone."""

is_link = re.compile(rf"{LINK_START}{LINK_CHARACTER}+").fullmatch
"""Whether a text is such a link."""
