"""A proxy of raw bytes between a gateway and a simulator: it applies one fault to one request."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from attrs import define, field, frozen
from tests.faults.table import Fault
from tests.transports.wire import requests_of
from werkzeug.test import Client
from werkzeug.wrappers import Response

__all__ = ["Proxy", "Seen", "proxied"]

_HTML = b"<html><title>502 Bad Gateway</title></html>"


@frozen
class Seen:
    """One request on the wire."""

    method: str
    path: str
    key: str | None


@define(eq=False)
class Proxy:
    """Forwards requests to a simulator. The first request that `meets` accepts has the fault.

    `refusals` are bodies of the provider's own errors by status.
    """

    app: Any
    refusals: dict[int | str, bytes]
    listener: socket.socket = field(factory=lambda: socket.create_server(("127.0.0.1", 0)))
    fault: Fault | None = None
    meets: Callable[[Seen], bool] = lambda _: False
    always: bool = False
    seen: list[Seen] = field(factory=list[Seen])
    other: socket.socket = field(factory=lambda: socket.create_server(("127.0.0.1", 0)))
    elsewhere: int = 0
    """The connections to the host that a redirect names."""
    over: threading.Event = field(factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def arm(self, fault: Fault, meets: Callable[[Seen], bool], *, always: bool = False) -> None:
        self.fault, self.meets, self.always = fault, meets, always
        self.seen.clear()

    @property
    def met(self) -> int:
        """How often the request of the fault was sent."""
        return sum(map(self.meets, self.seen))

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def count_elsewhere(self) -> None:
        with suppress(OSError):
            while True:
                self.other.accept()[0].close()
                self.elsewhere += 1

    def talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            for raw in requests_of(connection):
                if not self.answer(connection, raw):
                    return

    def answer(self, connection: socket.socket, raw: bytes) -> bool:
        """Answers one request. Returns whether the connection stays open."""
        head, _, body = raw.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ")
        headers = dict(one.split(": ", 1) for one in lines)
        one = Seen(method, target.partition("?")[0], headers.get("Idempotency-Key"))
        self.seen.append(one)
        fault = self.fault if self.meets(one) else None
        if fault is not None and not self.always:
            self.fault = None

        def carried_out() -> Response:
            client = Client(self.app)
            path, _, query = target.partition("?")
            return client.open(
                path,
                base_url=f"http://{headers['Host']}/",
                method=method,
                query_string=query,
                headers=headers,
                data=body,
                environ_overrides={"RAW_URI": target, "REQUEST_URI": target},
            )

        if fault is None:
            found = carried_out()
            connection.sendall(_bytes(found.status, list(found.headers), found.get_data()))
            return True
        return self.misbehave(fault, connection, carried_out)

    def misbehave(
        self, fault: Fault, connection: socket.socket, carried_out: Callable[[], Response]
    ) -> bool:
        refused = self._refusal(fault)
        if refused is not None:
            connection.sendall(refused)
            return True
        if fault is Fault.DROP_BEFORE:
            _reset(connection)
            return False
        if fault is Fault.BAD_GATEWAY_BEFORE:
            connection.sendall(_bytes("502 Bad Gateway", [("Content-Type", "text/html")], _HTML))
            return True
        found = carried_out()
        body = found.get_data()
        match fault:
            case Fault.ERROR_AFTER:
                connection.sendall(_json("500 Internal Server Error", self.refusals[500]))
            case Fault.BAD_GATEWAY_AFTER:
                page = _bytes("502 Bad Gateway", [("Content-Type", "text/html")], _HTML)
                connection.sendall(page)
            case Fault.EMPTY:
                connection.sendall(_json("200 OK", b""))
            case Fault.WRONG_TYPE:
                connection.sendall(_json("200 OK", b'"done"'))
            case Fault.DEEP:
                connection.sendall(_json("200 OK", b"[" * 100_000 + b"]" * 100_000))
            case Fault.BOMB:
                packed = gzip.compress(bytes(64 * 1024**2))
                head = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")]
                connection.sendall(_bytes("200 OK", head, packed))
            case Fault.TRUNCATED:
                whole = _json("200 OK", body or b"{}")
                connection.sendall(whole[: len(whole) - max(1, len(body) // 2)])
                return False
            case Fault.MALFORMED:
                connection.sendall(b"HTTP/1.1 200 OK\r\nno colon in this line\r\n\r\n")
                return False
            case Fault.SLOW:
                self.over.wait(30)
                return False
            case Fault.DRIP:
                for byte in _json("200 OK", b" " * 100_000):
                    if self.over.is_set():
                        return False
                    connection.sendall(bytes([byte]))
                    time.sleep(0.02)
            case _:
                assert fault is Fault.DROP_AFTER
                _reset(connection)
                return False
        return True

    def _refusal(self, fault: Fault) -> bytes | None:
        match fault:
            case Fault.RATE_LIMIT_TOLD:
                return _json("429 Too Many", self.refusals[429], ("Retry-After", "0.02"))
            case Fault.RATE_LIMIT_LONG:
                return _json("429 Too Many", self.refusals[429], ("Retry-After", "3600"))
            case Fault.RATE_LIMIT:
                return _json("429 Too Many", self.refusals[429])
            case Fault.ERROR_BEFORE:
                return _json("500 Internal Server Error", self.refusals[500])
            case Fault.SKEWED_CLOCK:
                return _json("401 Unauthorized", self.refusals["skew"])
            case Fault.EXPIRED_TOKEN | Fault.REFUSED_LOGIN:
                return _json("401 Unauthorized", self.refusals[401])
            case Fault.REDIRECT:
                place = f"http://127.0.0.1:{self.other.getsockname()[1]}/elsewhere"
                return _bytes("302 Found", [("Location", place)], b"")
            case _:
                return None


def _json(status: str, body: bytes, *headers: tuple[str, str]) -> bytes:
    return _bytes(status, [("Content-Type", "application/json"), *headers], body)


def _bytes(status: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    own = [(name, value) for name, value in headers if name.lower() != "content-length"]
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in own)]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode("latin-1") + body


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def proxied(app: Any, refusals: dict[int | str, bytes]) -> Iterator[Proxy]:
    """Serves a proxy on loopback while the block runs."""
    proxy = Proxy(app, refusals)
    for accepts in (proxy.accept, proxy.count_elsewhere):
        threading.Thread(target=accepts, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        for listener in (proxy.listener, proxy.other):
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
