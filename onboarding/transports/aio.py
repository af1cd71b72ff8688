"""The HTTP client for an event loop, over the connections of aiohttp (extra `async`).

aiohttp opens and keeps the connections, and its parser reads the answers. Its session is not used:
it sends a request again after a failure, keeps cookies, and takes as long as the rest of a call.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from attrs import define, field, frozen
from yarl import URL

from onboarding.errors import NoAnswer, TransportError
from onboarding.http import Request, Response
from onboarding.transports.answers import (
    HEADER_LINES,
    Body,
    Unreadable,
    bad_head,
    headers_of,
    too_long,
)
from onboarding.transports.connection import Connection, ProxyRefused, proxy_for, refused, tls_of
from onboarding.transports.connector import Connector
from onboarding.transports.failures import no_answer
from onboarding.transports.writing import ORIGINS, Origin, origin_of, proxy_login, split

__all__ = ["AsyncTransport"]

_NO_ANSWER = (
    aiohttp.ClientError,
    aiohttp.EofStream,
    OSError,
    ValueError,
    Unreadable,
    ProxyRefused,
)


class _Connect(aiohttp.ClientRequest):
    """The request for which the connector opens connections to an origin; it is never sent."""

    @cached_property
    def connection_key(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().connection_key


@frozen
class _Route:
    """How requests reach an origin."""

    connect: _Connect
    origin: Origin


@define
class AsyncTransport:
    """A pool of connections for one event loop, opened by the first request, closed once."""

    connection: Connection
    _tls: Callable[[], ssl.SSLContext] = field(init=False, repr=False)
    _held: AsyncGenerator[Connector] | None = field(default=None, init=False)
    _connector: Connector | None = field(default=None, init=False)
    _routes: dict[tuple[str, str | None], _Route] = field(
        factory=dict[tuple[str, str | None], _Route], init=False, repr=False
    )
    _exchanges: set[_Exchange] = field(factory=set["_Exchange"], init=False, repr=False)
    _closed: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._tls = tls_of(self.connection)

    async def _open(self) -> Connector:
        if self._connector is None:
            self._held = _held(self.connection)
            self._connector = await anext(self._held)
        return self._connector

    async def send(self, request: Request, *, timeout: float) -> Response:
        """Sends the exact bytes to the exact URL once, within `timeout` seconds in total.

        Raises `TransportError` if the request was certainly not carried out, else `OutcomeUnknown`.
        """
        answer = await self._answer(request, timeout)
        if isinstance(answer, NoAnswer):  # raised here, so that no context shows the URL
            raise answer
        return answer

    async def _answer(self, request: Request, timeout: float) -> Response | NoAnswer:
        if self._closed:
            return TransportError("the gateway was closed before the request was sent")
        wanted = self.connection
        ends = asyncio.get_running_loop().time() + timeout
        proxy, exchange = None, None
        try:
            proxy = proxy_for(wanted, request.url)
            place, target = split(request.url)
            route = self._routes.get((place, proxy)) or self._route(place, proxy)
            written = route.origin.written(request, target)
            connector = await self._open()
            held = await connector.held(route.connect, timeout)
            if held.transport is None or held.transport.is_closing():  # closed just now
                held.close()
                raise ConnectionResetError("the connection closed before the request was sent")
            exchange = _Exchange(wanted, held, ends)
            self._exchanges.add(exchange)
            try:
                status, headers, body = await exchange.answer(request.method, written)
            finally:
                self._exchanges.discard(exchange)
                exchange.close()
            if refused(status, proxy, request.url):
                raise ProxyRefused(status)
        except _NO_ANSWER as error:
            return no_answer(request, error, sent=exchange is not None, proxy=proxy)
        return Response(
            status=status,
            headers=headers,
            body=body,
            received_at=datetime.now(UTC),
            max_depth=wanted.max_depth,
        )

    def _route(self, place: str, proxy: str | None) -> _Route:
        secure = place.lower().startswith("https:")
        forwarded = proxy is not None and not secure
        further = proxy_login(proxy) if proxy is not None and forwarded else {}
        if len(self._routes) >= ORIGINS:
            self._routes.clear()
        route = self._routes[place, proxy] = _Route(
            _Connect(
                "GET",
                URL(place, encoded=True),
                loop=asyncio.get_running_loop(),
                ssl=self._tls() if secure or (proxy or "").startswith("https:") else True,
                proxy=URL(proxy) if proxy is not None else None,
            ),
            origin_of(self.connection, place, forwarded=forwarded, further=further),
        )
        return route

    async def close(self) -> None:
        """Closes every connection; a later request raises `TransportError`."""
        self._closed = True
        for exchange in self._exchanges:  # aiohttp leaves a reader of a body waiting
            exchange.fail(ConnectionResetError("the gateway was closed"))
        if self._held is not None:
            await self._held.aclose()


async def _held(wanted: Connection) -> AsyncGenerator[Connector]:
    """Yields a connector, closed by `aclose` or at the end of its event loop.

    `asyncio.run` closes the asynchronous generators of its loop.
    """
    connector = Connector(wanted)
    try:
        yield connector
    finally:
        await connector.close()


class _Exchange:
    """One request and its answer over a connection, with one timer for all waits.

    The timer fires at the deadline, or once nothing came for `timeout` seconds after the request
    was sent to its end.
    """

    def __init__(self, wanted: Connection, held: Any, ends: float) -> None:
        self._wanted, self._held, self._ends = wanted, held, ends
        self._protocol, self._transport = held.protocol, held.transport
        self._payload: Any = None
        self._whole = False
        self._unsent = False  # whether the system had not taken the whole request yet
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._timer = self._loop.call_at(self._due(), self._check)

    def _due(self) -> float:
        return min(self._ends, self._heard + self._wanted.timeout)

    def _is_unsent(self) -> bool:
        return bool(self._transport.get_write_buffer_size())

    def _check(self) -> None:
        if self._unsent:
            self._unsent, self._heard = self._is_unsent(), self._loop.time()
        if self._loop.time() < self._due():
            self._timer = self._loop.call_at(self._due(), self._check)
            return
        self.fail(TimeoutError("nothing more came"))

    def fail(self, error: Exception) -> None:
        """Ends the exchange with an error."""
        self._protocol.set_exception(error)
        if self._payload is not None:
            self._payload.set_exception(error)

    def close(self) -> None:
        """Keeps the connection if the request was sent and the answer read, each to its end."""
        self._timer.cancel()
        if self._is_unsent():
            self._transport.abort()  # closing it would first send the rest
        elif self._whole:
            self._held.release()
        self._held.close()  # unless it was released

    async def answer(self, method: str, written: bytes) -> tuple[int, dict[str, str], bytes]:
        """Sends a request; returns the status, the headers and the decompressed body."""
        wanted, protocol = self._wanted, self._protocol
        protocol.set_response_params(
            skip_payload=method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            max_line_size=wanted.max_header_bytes,
            max_field_size=wanted.max_header_bytes,
        )
        protocol.left = wanted.max_header_bytes + 2 * wanted.max_response_bytes
        protocol.exceeded = lambda: self.fail(too_long(wanted.max_response_bytes))
        self._transport.write(written)
        self._unsent = self._is_unsent()
        try:
            head, payload = await protocol.read()
            while 100 <= head.code < 200 and head.code != 101:
                self._heard = self._loop.time()
                head, payload = await protocol.read()
        except HttpProcessingError:
            raise bad_head(wanted.max_header_bytes) from None
        lines = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in head.raw_headers]
        size = sum(len(name) + len(value) + 4 for name, value in lines)
        if size > wanted.max_header_bytes or len(lines) > HEADER_LINES or head.code < 200:
            raise bad_head(wanted.max_header_bytes)
        headers = headers_of(lines, wanted.max_header_bytes)
        body = Body(headers.get("content-encoding", ""), wanted.max_response_bytes)
        self._payload = payload
        while not payload.at_eof():
            body.take(await payload.readany())
            self._heard = self._loop.time()
        self._whole = True
        return head.code, headers, body.whole()
