"""Limits and parsing of responses, the same for both HTTP clients."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from attrs import define, field

__all__ = [
    "HEADER_LINES",
    "Body",
    "Unreadable",
    "bad_head",
    "headers_of",
    "plain_head",
    "read_head",
    "too_long",
]

HEADER_LINES = 99
"""The maximum of header lines: http.client accepts 100, including the empty one."""

_FINAL = re.compile(rb"HTTP/1\.[01] [2-9]\d\d(?: [^\r\n]*)?\r?\n").fullmatch
_INTERIM = re.compile(rb"HTTP/1\.1 1(?!01)\d\d(?: [^\r\n]*)?\r?\n").fullmatch
_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r\n]*\r?\n").fullmatch  # RFC 9112, 5
_END = (b"\r\n", b"\n")
_PLAIN = re.compile(  # the common head, whole: nothing interim, nothing folded
    rb"HTTP/1\.[01] [2-9]\d\d(?: [^\r\n]*)?\r\n"
    rb"(?:[!#$%%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r\n]*\r\n){0,%d}\r\n" % HEADER_LINES
).match


class Unreadable(Exception):
    """A response that is not read. The text is the reason, and shows nothing of the response."""


def bad_head(limit: int) -> Unreadable:
    return Unreadable(
        f"malformed HTTP, or more than {limit} bytes or {HEADER_LINES} lines of headers"
    )


def too_long(limit: int) -> Unreadable:
    return Unreadable(f"the response is longer than {limit} bytes")


def plain_head(data: bytes, limit: int) -> int:
    """Returns the length of a well-formed head at the start of `data`; 0 if it is not plain.

    Such a head is one that `read_head` would return unchanged.
    """
    found = _PLAIN(data)
    return found.end() if found is not None and found.end() <= limit else 0


def read_head(readline: Callable[[int], bytes], limit: int) -> bytes:
    """Reads the status line and the header lines of the final response; skips interim responses.

    Raises `Unreadable` for a head that is too long or malformed: without a readable head, the end
    of the body is not known. Raises `ConnectionResetError` for a head that is cut off.
    """
    read, final = 0, False
    head: list[bytes] = []
    while not final:
        head.clear()
        while not head or head[-1] not in _END:
            line = readline(limit + 1)
            read += len(line)
            if read > limit or len(head) > HEADER_LINES + 1:
                raise bad_head(limit)
            if not line.endswith(b"\n"):
                raise ConnectionResetError("the connection closed inside the response")
            if line.startswith((b" ", b"\t")) and len(head) > 1:  # folded: RFC 9112, 5.2
                line = head.pop().rstrip(b"\r\n") + b" " + line.lstrip(b" \t")
            head.append(line)
        final = _FINAL(head[0]) is not None
        well_formed = final or _INTERIM(head[0]) is not None
        if not well_formed or not all(map(_FIELD, head[1:-1])):
            raise bad_head(limit)
    return b"".join(head)


def headers_of(lines: Iterable[tuple[str, str]], limit: int) -> dict[str, str]:
    """Returns the headers by lower-case name. Repeated lines are joined by commas (RFC 9110, 5.3).

    `Set-Cookie`, which cannot be joined, is left out: a gateway keeps no cookies. Raises
    `Unreadable` for a NUL, and if the length of the body is ambiguous (RFC 9112, 6.3).
    """
    found: dict[str, str] = {}
    for name, value in lines:
        if "\0" in value:
            raise bad_head(limit)
        key = name.lower()
        if key != "set-cookie":
            found[key] = f"{found[key]}, {value.strip()}" if key in found else value.strip()
    length, coding = found.get("content-length"), found.get("transfer-encoding")
    if coding is not None:
        sound = coding.lower() == "chunked" and length is None
    else:
        sound = length is None or (length.isascii() and length.isdecimal())
    if not sound:
        raise bad_head(limit)
    return found


@define(eq=False)
class Body:
    """The body of a response: at most `limit` bytes, before and after decompression.

    Raises `Unreadable` for a longer body, and for an encoding other than gzip and deflate.
    """

    encoding: str
    limit: int
    _read: int = field(default=0, init=False)
    _size: int = field(default=0, init=False)
    _parts: list[bytes] = field(factory=list[bytes], init=False)
    _unpack: Any = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        encoding = self.encoding.strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            self._unpack = zlib.decompressobj(32 + zlib.MAX_WBITS)  # gzip or zlib
        elif encoding not in ("", "identity"):
            raise Unreadable("the response has a content encoding that was not requested")

    def take(self, data: bytes) -> None:
        """Adds the next bytes from the connection."""
        self._read += len(data)
        if self._unpack is not None:
            try:  # one byte more than the limit shows that it is exceeded
                data = self._unpack.decompress(data, self.limit - self._size + 1)
            except zlib.error:
                raise Unreadable("the response body cannot be decompressed") from None
            if self._unpack.unused_data:
                raise Unreadable("the response body cannot be decompressed")
        self._size += len(data)
        if max(self._read, self._size) > self.limit:
            raise too_long(self.limit)
        self._parts.append(data)

    def whole(self) -> bytes:
        """Returns the decompressed body, after the last byte was added."""
        if self._unpack is not None and self._read and not self._unpack.eof:
            raise Unreadable("the response body cannot be decompressed")
        return b"".join(self._parts)
