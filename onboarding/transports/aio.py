"""The HTTP client for an event loop, over aiohttp (extra `async`)."""

from __future__ import annotations

import selectors
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from weakref import WeakSet

import aiohttp
from attrs import define, field
from yarl import URL

from onboarding.errors import NoAnswer, TransportError
from onboarding.http import Request, Response
from onboarding.transports.answers import HEADER_LINES, Body, Unreadable, bad_head, headers_of
from onboarding.transports.connection import (
    Connection,
    ProxyRefused,
    own_headers,
    proxy_for,
    refused,
    tls_of,
)
from onboarding.transports.failures import no_answer

__all__ = ["AsyncTransport"]


_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)  # cheap to create


class _Failed(Exception):
    """A request failed; its cause is the error of aiohttp."""


_NO_ANSWER = (aiohttp.ClientError, OSError, ValueError, Unreadable, ProxyRefused, _Failed)


@define
class AsyncTransport:
    """A pool of connections for one event loop, opened by the first request, closed once."""

    connection: Connection
    _tls: Callable[[], ssl.SSLContext] = field(init=False, repr=False)
    _held: AsyncGenerator[aiohttp.ClientSession] | None = field(default=None, init=False)
    _session: aiohttp.ClientSession | None = field(default=None, init=False)
    _closed: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._tls = tls_of(self.connection)

    async def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._held = _held(self.connection)
            self._session = await anext(self._held)
        return self._session

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
        waits = aiohttp.ClientTimeout(
            total=timeout,
            sock_connect=min(timeout, wanted.connect_timeout),
            sock_read=min(timeout, wanted.timeout),
        )
        seen = SimpleNamespace(sent=False)
        proxy = None
        try:
            proxy = proxy_for(wanted, request.url)
            secure = request.url.startswith("https:") or (proxy or "").startswith("https:")
            session = await self._open()
            async with session.request(
                request.method,
                URL(request.url, encoded=True),  # send the URL that was signed
                headers=dict(request.headers),
                data=request.body or None,
                timeout=waits,
                proxy=proxy,
                ssl=self._tls() if secure else True,
                allow_redirects=False,
                trace_request_ctx=seen,
            ) as answer:
                headers, body = await _read(answer, wanted)
                if refused(answer.status, proxy, request.url):
                    raise ProxyRefused(answer.status)
                return Response(
                    status=answer.status, headers=headers, body=body, received_at=datetime.now(UTC)
                )
        except _NO_ANSWER as error:
            return no_answer(request, error, sent=seen.sent, proxy=proxy)

    async def close(self) -> None:
        """Closes every connection; a later request raises `TransportError`."""
        self._closed = True
        if self._held is not None:
            await self._held.aclose()


async def _held(wanted: Connection) -> AsyncGenerator[aiohttp.ClientSession]:
    """Yields a session, closed by `aclose` or at the end of its event loop.

    `asyncio.run` closes the asynchronous generators of its loop.
    """
    session = aiohttp.ClientSession(
        connector=_Connector(wanted.pool),
        headers=own_headers(wanted),
        skip_auto_headers=("Content-Type",),
        cookie_jar=_NoCookies(),
        trace_configs=[_traced()],
        middlewares=[_once(wanted)],
        auto_decompress=False,
        max_line_size=wanted.max_header_bytes,
        max_field_size=wanted.max_header_bytes,
    )
    try:
        yield session
    finally:
        await session.close()


def _once(wanted: Connection) -> aiohttp.ClientMiddlewareType:
    """Wraps the errors of a request so that aiohttp (3.14) does not retry idempotent methods."""

    async def send(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        try:
            return await handler(request)
        except aiohttp.ClientHttpProxyError as error:
            raise ProxyRefused(error.status) from None
        except aiohttp.ClientResponseError:
            raise bad_head(wanted.max_header_bytes) from None
        except aiohttp.ClientError as error:
            raise _Failed from error

    return send


def _traced() -> aiohttp.TraceConfig:
    """Returns a trace that records when a request starts to be sent, once it has a connection."""
    traced = aiohttp.TraceConfig()

    async def note(_: object, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.sent = True

    traced.on_request_headers_sent.append(note)
    return traced


class _NoCookies(aiohttp.DummyCookieJar):
    """Ignores cookies: aiohttp logs the names of those that it cannot parse."""

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: URL) -> None:
        pass


class _Connector(aiohttp.TCPConnector):
    """Replaces a connection that its server closed while it was idle.

    aiohttp does not notice a connection that was closed while no event loop ran.
    """

    def __init__(self, limit: int) -> None:
        # resolve with getaddrinfo, as for threads, and not with aiodns
        cast("Any", super()).__init__(limit=limit, resolver=aiohttp.ThreadedResolver())
        self._known: WeakSet[Any] = WeakSet()

    async def connect(self, *args: Any, **kwargs: Any) -> Any:
        while True:
            found = await super().connect(*args, **kwargs)
            if found.protocol not in self._known:
                self._known.add(found.protocol)
                return found
            if not _readable(found.transport):
                return found
            found.close()


def _readable(transport: Any) -> bool:
    """Whether there is something to read; on an idle connection this is its end."""
    with _Selector() as selector:
        selector.register(transport.get_extra_info("socket"), selectors.EVENT_READ)
        return bool(selector.select(0))


async def _read(answer: aiohttp.ClientResponse, wanted: Connection) -> tuple[dict[str, str], bytes]:
    """Reads the headers and the decompressed body."""
    try:
        lines = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in answer.raw_headers]
        size = sum(len(name) + len(value) + 4 for name, value in lines)
        if size > wanted.max_header_bytes or len(lines) > HEADER_LINES or answer.status < 200:
            raise bad_head(wanted.max_header_bytes)
        headers = headers_of(lines, wanted.max_header_bytes)
        body = Body(headers.get("content-encoding", ""), wanted.max_response_bytes)
        async for data in answer.content.iter_any():
            body.take(data)
        return headers, body.whole()
    except Unreadable:
        answer.close()
        raise
