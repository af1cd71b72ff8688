"""A provider that is a bare socket: what reaches it, byte by byte, and what it answers."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

import pytest
from attrs import define, field
from onboarding import AsyncGateway, Connection, Gateway, Secret
from onboarding.spi import Adapter, Flow, Request, Response

from onboarding_mangopay import MangoPay
from onboarding_paysera import Environment, Paysera

__all__ = [
    "ADAPTERS",
    "DRIVERS",
    "DROP",
    "HANG_UP",
    "OK",
    "Wire",
    "answer",
    "call",
    "mangopay",
    "paysera",
    "requests_of",
    "results",
    "served",
    "without_dns",
]

Answer: TypeAlias = bytes | None

DROP = None
"""Answers nothing, and closes the connection."""

HANG_UP = b"X-Hang-Up: 1"
"""A header line of answers after which the connection is closed, though it says nothing of it."""


def answer(status: str = "200 OK", *lines: str, body: bytes = b"{}") -> bytes:
    """An answer with a length, on a connection that stays open."""
    head = [f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode("latin-1") + body


OK = answer()
_TOKEN = answer(body=b'{"access_token": "t", "token_type": "bearer", "expires_in": 1200}')


@define(eq=False)
class Wire:
    """One address of a provider.

    `requests` are those that came whole, without logins; `opened` counts connections; `closed` is
    set whenever one was closed from here.
    """

    respond: Callable[[bytes], Answer]
    context: ssl.SSLContext | None = None
    requests: list[bytes] = field(factory=list[bytes])
    opened: int = 0
    closed: threading.Event = field(factory=threading.Event)
    listener: socket.socket = field(factory=lambda: socket.create_server(("127.0.0.1", 0)))
    place: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.place = f"127.0.0.1:{self.listener.getsockname()[1]}"

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://{self.place}"

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.opened += 1
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                for request in requests_of(connection):
                    login = b"/oauth/token" in request.split(b"\r\n", 1)[0]
                    if not login:
                        self.requests.append(request)
                    found = _TOKEN if login else self.respond(request)
                    if found is None:
                        break
                    connection.sendall(found)
                    if HANG_UP in found:
                        break
        self.closed.set()


def requests_of(connection: socket.socket) -> Iterator[bytes]:
    """Each request that comes whole."""
    read = b""
    while True:
        while b"\r\n\r\n" not in read:
            data = connection.recv(65_536)
            if not data:
                return
            read += data
        head, _, rest = read.partition(b"\r\n\r\n")
        lengths = [
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ]
        while len(rest) < sum(lengths):
            rest += connection.recv(65_536)
        yield head + b"\r\n\r\n" + rest[: sum(lengths)]
        read = rest[sum(lengths) :]


@contextmanager
def served(
    respond: Answer | Callable[[bytes], Answer] = OK, context: ssl.SSLContext | None = None
) -> Iterator[Wire]:
    """Serves on loopback. `respond` is the answer to every request, or a function of it."""
    wire = Wire(respond if callable(respond) else lambda _: respond, context)
    threading.Thread(target=wire.accept, daemon=True).start()
    try:
        yield wire
    finally:
        with suppress(OSError):
            wire.listener.shutdown(socket.SHUT_RDWR)
        wire.listener.close()


def without_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets no host name be found, without asking the network."""
    found = socket.getaddrinfo

    def numbers_alone(host: str, *args: Any, **kwargs: Any) -> Any:
        if host == "127.0.0.1":
            return found(host, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", numbers_alone)


def mangopay(url: str) -> MangoPay:
    return MangoPay(
        name="fr",
        client_id="acme",
        api_key=Secret("key"),
        base_url=url,
        allow_insecure_http=True,
    )


def paysera(url: str) -> Paysera:
    return Paysera(
        name="lt",
        client_id="acme",
        mac_key=Secret("key"),
        base_url=url,
        environment=Environment.SANDBOX,
        allow_insecure_http=True,  # which production refuses
    )


ADAPTERS = pytest.mark.parametrize("adapter", [mangopay, paysera])
DRIVERS = pytest.mark.parametrize("driver", [Gateway, AsyncGateway], ids=["sync", "async"])


def call(method: str, url: str, body: bytes = b"") -> Request:
    """A request of an operation named `call`."""
    return Request(method=method, url=url, body=body, operation="call")


def _ask(request: Request) -> Flow[Response]:
    response = yield request
    return response


def results(
    driver: type[Any],
    adapter: Adapter,
    *requests: Request,
    between: Callable[[], object] = lambda: None,
    deadline: float = 10,
    **connection: Any,
) -> list[Any]:
    """What each request gave over one gateway, one after the other; errors are results too.

    `between` is called between two of them, while no event loop runs.
    """
    settings = Connection(**connection)
    found: list[Any] = []
    if driver is Gateway:
        with Gateway(adapter, connection=settings) as gateway:
            for request in requests:
                if found:
                    between()
                try:
                    found.append(gateway.run(_ask(request), deadline=deadline))
                except Exception as error:
                    found.append(error)
        return found

    async def awaited() -> None:
        async with AsyncGateway(adapter, connection=settings) as gateway:
            for request in requests:
                if found:
                    between()
                try:
                    found.append(await gateway.run(_ask(request), deadline=deadline))
                except Exception as error:
                    found.append(error)

    asyncio.run(awaited())
    return found
