"""How much is read of an answer, and in what form: one rule for both drivers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from attrs import define, field

__all__ = ["HEADER_LINES", "Body", "Unreadable", "bad_head", "headers_of", "read_head", "too_long"]

HEADER_LINES = 99
"""The most header lines of an answer: http.client takes 100, and counts the empty one."""

_FINAL = re.compile(rb"HTTP/1\.[01] [2-9]\d\d(?: [^\r\n]*)?\r?\n").fullmatch
_INTERIM = re.compile(rb"HTTP/1\.1 1(?!01)\d\d(?: [^\r\n]*)?\r?\n").fullmatch
_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r\n]*\r?\n").fullmatch  # RFC 9112, 5
_END = (b"\r\n", b"\n")


class Unreadable(Exception):
    """An answer that is not read. Its text says why, and shows nothing of the answer."""


def bad_head(limit: int) -> Unreadable:
    return Unreadable(
        f"malformed HTTP, or more than {limit} bytes or {HEADER_LINES} lines of headers"
    )


def too_long(limit: int) -> Unreadable:
    return Unreadable(f"the answer is longer than {limit} bytes")


def read_head(readline: Callable[[int], bytes], limit: int) -> bytes:
    """Reads the status line and the header lines of the final answer; interim ones are skipped.

    Raises `Unreadable` for a head that is too long, or malformed: where a line cannot be read, it
    is not known either where the body ends. `ConnectionResetError` for one that is cut off.
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
                raise ConnectionResetError("the answer broke off")
            if line.startswith((b" ", b"\t")) and len(head) > 1:  # folded: RFC 9112, 5.2
                line = head.pop().rstrip(b"\r\n") + b" " + line.lstrip(b" \t")
            head.append(line)
        final = _FINAL(head[0]) is not None
        well_formed = final or _INTERIM(head[0]) is not None
        if not well_formed or not all(map(_FIELD, head[1:-1])):
            raise bad_head(limit)
    return b"".join(head)


def headers_of(lines: Iterable[tuple[str, str]], limit: int) -> dict[str, str]:
    """Headers by name. Lines of one name are one value, joined by commas (RFC 9110, 5.3).

    `Set-Cookie`, the one header that cannot be joined, is left out: a gateway keeps no cookies.
    Raises `Unreadable` for a NUL, and where the length of the body is doubtful (RFC 9112, 6.3).
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
    """The bytes of an answer as they come: at most `limit`, and at most `limit` unpacked.

    Raises `Unreadable` for more, and for an encoding other than gzip and deflate.
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
            self._unpack = zlib.decompressobj(32 + zlib.MAX_WBITS)  # of gzip or of zlib
        elif encoding not in ("", "identity"):
            raise Unreadable("the answer is encoded in a way that was not asked for")

    def take(self, data: bytes) -> None:
        """Takes the next bytes from the wire."""
        self._read += len(data)
        if self._unpack is not None:
            try:  # one byte over the limit shows that there is more
                data = self._unpack.decompress(data, self.limit - self._size + 1)
            except zlib.error:
                raise Unreadable("the answer cannot be unpacked") from None
            if self._unpack.unused_data:
                raise Unreadable("the answer cannot be unpacked")
        self._size += len(data)
        if max(self._read, self._size) > self.limit:
            raise too_long(self.limit)
        self._parts.append(data)

    def whole(self) -> bytes:
        """The body, unpacked, once the last byte was taken."""
        if self._unpack is not None and self._read and not self._unpack.eof:
            raise Unreadable("the answer cannot be unpacked")
        return b"".join(self._parts)
