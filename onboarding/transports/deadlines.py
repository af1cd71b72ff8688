"""One answer of http.client, read within a deadline.

The time-outs of sockets apply to each wait for bytes: a server that sends a byte now and then could
block a call for ever. Here each wait is limited to the rest of the call's time.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any, cast

from attrs import define

from onboarding.transports.answers import (
    Body,
    Unreadable,
    bad_head,
    headers_of,
    plain_head,
    read_head,
    too_long,
)
from onboarding.transports.connection import Connection

__all__ = ["Answer", "Attempt"]

_CHUNK = 65_536


@define(eq=False)
class Attempt:
    """The state of one request: `sent` is whether it has started to be sent.

    `ends` is the deadline of the complete response, in monotonic seconds.
    """

    wanted: Connection
    ends: float
    sent: bool = False

    def wait(self, most: float = float("inf")) -> float:
        """Returns the seconds that one wait may take. Raises `TimeoutError` after the deadline."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the call passed")
        return min(left, most)


class _Until(io.RawIOBase):
    """Reads a socket until a deadline; then raises `TimeoutError`.

    After `limit` bytes, it raises `excess`. They include bytes that are neither headers nor body:
    chunk sizes, trailers.
    """

    def __init__(
        self, sock: socket.socket, attempt: Attempt, limit: int, excess: Unreadable
    ) -> None:
        self._sock, self._attempt = sock, attempt
        self._left, self._excess = limit, excess

    def makefile(self, _: str) -> io.BufferedReader:
        """Stands for the socket to http.client, which only opens it as a file."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._attempt.wait(self._attempt.wanted.timeout))
        read = self._sock.recv_into(buffer)
        self._left -= read
        if self._left < 0:
            raise self._excess
        return read


class Answer(http.client.HTTPResponse):
    """A response within the deadline, with a well-formed head of limited length.

    `bodiless` is for the answer of a proxy to a CONNECT, of which http.client reads any number of
    lines.
    """

    fp: io.BufferedReader

    def __init__(
        self, attempt: Attempt, sock: socket.socket, *, bodiless: bool = False, **kwargs: Any
    ) -> None:
        self._wanted = wanted = attempt.wanted
        if bodiless:
            limit, excess = wanted.max_header_bytes, bad_head(wanted.max_header_bytes)
        else:
            limit = wanted.max_header_bytes + 2 * wanted.max_response_bytes
            excess = too_long(wanted.max_response_bytes)
        until = _Until(sock, attempt, limit, excess)
        super().__init__(cast("socket.socket", until), **kwargs)

    def begin(self, *args: Any, **kwargs: Any) -> None:
        whole, limit = self.fp, self._wanted.max_header_bytes
        plain = plain_head(whole.peek(), limit)
        head = whole.read(plain) if plain else read_head(whole.readline, limit)
        self.fp = cast("io.BufferedReader", io.BytesIO(head))
        try:
            super().begin(*args, **kwargs)
        finally:
            self.fp = whole

    def parts(self) -> tuple[int, dict[str, str], bytes]:
        """Returns the status, the headers and the decompressed body."""
        headers = headers_of(self.headers.items(), self._wanted.max_header_bytes)
        body = Body(headers.get("content-encoding", ""), self._wanted.max_response_bytes)
        while data := self.read(_CHUNK):
            body.take(data)
        if self.length:  # http.client does not report missing bytes
            raise ConnectionResetError("the connection closed inside the response")
        return self.status, headers, body.whole()
