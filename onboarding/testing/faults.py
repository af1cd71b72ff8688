"""A server on loopback that sends malformed HTTP responses, as raw bytes.

Its thread logs nothing, so that every log line comes from the client.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress

from attrs import define, field

__all__ = ["FAULTS", "Faulty", "faulty"]

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_SECRET = re.compile(rb"\r\nauthorization:[ \t]*([^\r\n]+)", re.IGNORECASE)


def _answer(status: str, *headers: str, body: str = "") -> bytes:
    content = body.encode()
    head = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(content)}", "Connection: close"]
    return "\r\n".join(head).encode() + _HEAD_END + content


def _json(status: str, *headers: str, body: str) -> bytes:
    return _answer(status, "Content-Type: application/json", *headers, body=body)


FAULTS: Mapping[str, Callable[[str], bytes]] = {
    "no answer": lambda _: b"",
    "no status line": lambda said: f"GARBAGE {said}\r\n\r\n".encode(),
    "a malformed status": lambda said: f"HTTP/1.1 2x0 {said}\r\n\r\n".encode(),
    "values in the reason phrase": lambda said: _json(f"400 {said}", body="{}"),
    "a header without a colon": lambda said: _json("200 OK", f"X-{said}", body="{}"),
    "a header without a name": lambda said: _json("200 OK", f": {said}", body="{}"),
    "a folded first header": lambda said: (
        f"HTTP/1.1 200 OK\r\n {said}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    ),
    "a header too long": lambda said: _json("200 OK", f"X: {said}{'x' * 70_000}", body="{}"),
    "a header that is not ASCII": lambda said: (
        b"HTTP/1.1 400 No\r\nX: \xff\x00" + said.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    ),
    "two lengths": lambda said: _json("200 OK", "Content-Length: 1", body=f'"{said}"'),
    "a malformed length": lambda said: (
        f"HTTP/1.1 200 OK\r\nContent-Length: {said}\r\n\r\n{{}}".encode()
    ),
    "a truncated body": lambda said: (
        f'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{{"{said}": 1'.encode()
    ),
    "malformed chunks": lambda said: (
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{said}\r\n{said}".encode()
    ),
    "malformed gzip": lambda said: _json("200 OK", "Content-Encoding: gzip", body=said),
    "an unknown charset": lambda said: _answer(
        "400 No", f"Content-Type: application/json; charset={said}", body=said
    ),
    "a body that is not UTF-8": lambda said: (
        b"HTTP/1.1 422 No\r\nContent-Length: 99\r\nConnection: close\r\n\r\n"
        + f'{{"error": "{said}'.encode().ljust(99, b"\xff")
    ),
    "a cookie": lambda said: _json("400 No", f'Set-Cookie: {said}="{said}; expires=x', body="{}"),
    "a redirect": lambda said: _answer("302 Found", f"Location: /elsewhere?q={said}"),
    "a malformed redirect": lambda said: _answer("307 Go", f"Location: http://[{said}"),
    "an HTML page": lambda said: _answer("502 No", "Content-Type: text/html", body=f"<p>{said}"),
    "unauthorized": lambda said: _json("401 No", f'WWW-Authenticate: x="{said}"', body=f'"{said}"'),
    "forbidden": lambda said: _json("403 No", body=f'{{"error": "is {said}", "{said}": "{said}"}}'),
    "not found": lambda said: _json("404 No", body=f'{{"{said}": "{said}"}}'),
    "a conflict": lambda said: _json("409 No", body=f'{{"error": ["{said}"]}}'),
    "rate limited": lambda said: _json("429 No", f"Retry-After: {said}", body=f'["{said}"]'),
    "an undocumented shape": lambda said: _json(
        "200 OK", body=f'{{"id": 1, "{said}": {{"x": "{said}"}}}}'
    ),
    "truncated JSON": lambda said: _json("200 OK", body=f'{{"{said}": '),
}
"""Malformed responses by name; each contains the given text where its form allows it."""


@define(eq=False)
class Faulty:
    """The state of the server, which the test sets.

    - `well`: how many requests get the response `good`; the rest get the fault `fault`, which
      contains the text `said`;
    - `logins`: responses to logins by request path;
    - `keys`: the credentials in the requests that were received.
    """

    base_url: str
    fault: str = "no answer"
    said: str = ""
    well: int = 0
    good: bytes = b"{}"
    logins: Mapping[str, bytes] = field(factory=dict[str, bytes])
    keys: set[str] = field(factory=set[str])

    def answer(self, request: bytes) -> bytes:
        """Returns the response to a request; no bytes for a dropped connection."""
        self.keys |= {found.decode("latin-1") for found in _SECRET.findall(request)}
        _, target, _ = request.split(b" ", 2)
        login = self.logins.get(target.decode("latin-1"))
        if login is not None:
            return _json("200 OK", body=login.decode())
        if self.well > 0:
            self.well -= 1
            return _json("200 OK", body=self.good.decode())
        return FAULTS[self.fault](self.said)


@contextmanager
def faulty() -> Generator[Faulty]:
    """Serves a faulty provider from a thread while the block runs."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        provider = Faulty(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listener, provider), daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
            thread.join(timeout=10)


def _serve(listener: socket.socket, provider: Faulty) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with suppress(OSError), connection:
            connection.settimeout(5)
            request = _received(connection)
            if request:
                connection.sendall(provider.answer(request))


def _received(connection: socket.socket) -> bytes:
    """Returns one request with its body."""
    found = b""
    while _HEAD_END not in found:
        part = connection.recv(65_536)
        if not part:
            return b""
        found += part
    head, _, body = found.partition(_HEAD_END)
    length = _LENGTH.search(head)
    left = (int(length[1]) if length else 0) - len(body)
    while left > 0 and (part := connection.recv(65_536)):
        found, left = found + part, left - len(part)
    return found
