"""What the settings of a connection may be: validators, whose errors show no value."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from attrs import Attribute

from onboarding.errors import InvalidInput, Problem

__all__ = ["is_count", "is_file", "is_proxy", "is_seconds", "is_size"]

_LONGEST = 86_400  # seconds, a day: as the deadline of a call
_MOST = 10_000  # connections
_LARGEST = 2**40  # bytes


def _refuse(attribute: Attribute[Any], text: str) -> InvalidInput:
    return InvalidInput([Problem(attribute.name, "shape", f"expected {text}")])


def is_seconds(_: object, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, int | float) or not 0 < value <= _LONGEST:
        raise _refuse(attribute, f"seconds: a number above 0, up to {_LONGEST}")


def is_count(_: object, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, int) or not 0 < value <= _MOST:
        raise _refuse(attribute, f"a number of connections from 1 to {_MOST}")


def is_size(_: object, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, int) or not 0 < value <= _LARGEST:
        raise _refuse(attribute, f"a number of bytes from 1 to {_LARGEST}")


def is_file(_: object, attribute: Attribute[Any], value: Any) -> None:
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise _refuse(attribute, "the path of a file")


def is_proxy(_: object, attribute: Attribute[Any], value: Any) -> None:
    if value is not None and not (isinstance(value, str) and _is_address(value)):
        raise _refuse(attribute, "http:// or https://, a host and a port from 1 to 65535")


def _is_address(text: str) -> bool:
    """Whether a text is the address of a proxy, which may have a name and a password before it."""
    try:
        parts = urlsplit(text)
        port = parts.port  # raises for one that is none
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not set(text) & set(" \\")
    rest = parts.path.strip("/") or parts.query or parts.fragment
    known = parts.scheme in ("http", "https")
    return plain and known and bool(parts.hostname) and port != 0 and not rest
