"""Sends requests with aiohttp, for an event loop (extra `async`)."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.request import getproxies, proxy_bypass

import aiohttp
from attrs import define, field
from yarl import URL

from onboarding.errors import NoAnswer, TransportError
from onboarding.http import Request, Response
from onboarding.transports.connection import Connection, tls
from onboarding.transports.silence import no_answer, unwritable

__all__ = ["AsyncTransport"]


@define
class AsyncTransport:
    """A pool of connections for one event loop; opened at the first request, closed for good."""

    connection: Connection
    _tls: ssl.SSLContext = field(init=False, repr=False)
    _held: AsyncGenerator[aiohttp.ClientSession] | None = field(default=None, init=False)
    _session: aiohttp.ClientSession | None = field(default=None, init=False)
    _closed: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._tls = tls(self.connection)

    async def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._held = _held(self.connection, self._tls)
            self._session = await anext(self._held)
        return self._session

    async def send(self, request: Request, *, timeout: float) -> Response:
        """Sends the exact bytes to the exact URL, within `timeout` seconds in all.

        Raises `TransportError` when it was surely not carried out, else `OutcomeUnknown`.
        """
        answer = await self._answer(request, timeout)
        if isinstance(answer, NoAnswer):  # raised here, it carries no error with a URL along
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
        try:
            session = await self._open()
            async with session.request(
                request.method,
                URL(request.url, encoded=True),  # what was signed is what is sent
                headers=dict(request.headers),
                data=request.body or None,
                timeout=waits,
                proxy=_proxy(wanted, request.url),
                allow_redirects=False,
                trace_request_ctx=seen,
            ) as answer:
                body = await answer.read()
                return Response(
                    status=answer.status,
                    headers=dict(answer.headers),
                    body=body,
                    received_at=datetime.now(UTC),
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            timed_out = isinstance(error, TimeoutError)
            return no_answer(request, timed_out=timed_out, never_sent=not seen.sent)
        except ValueError:
            if seen.sent:
                return no_answer(request, timed_out=False, never_sent=False)
            return unwritable(request)

    async def close(self) -> None:
        """Closes every connection; what is sent later is refused."""
        self._closed = True
        if self._held is not None:
            await self._held.aclose()


async def _held(
    wanted: Connection, context: ssl.SSLContext
) -> AsyncGenerator[aiohttp.ClientSession]:
    """A session, closed when that is asked for, or when its event loop ends.

    `asyncio.run` shuts down the asynchronous generators of its loop.
    """
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=wanted.pool, ssl=context),
        headers={"User-Agent": wanted.user_agent, "Accept": "application/json"},
        skip_auto_headers=("Content-Type",),
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[_traced()],
    )
    try:
        yield session
    finally:
        await session.close()


def _traced() -> aiohttp.TraceConfig:
    """Notes that a request is on its way: waits before that, for a connection too, sent nothing."""
    traced = aiohttp.TraceConfig()

    async def note(_: object, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.sent = True

    traced.on_request_headers_sent.append(note)
    return traced


def _proxy(wanted: Connection, url: str) -> str | None:
    """The proxy for a URL. (aiohttp's own `trust_env` would also take a login from `.netrc`.)"""
    if wanted.proxy or not wanted.trust_env:
        return wanted.proxy
    place = URL(url, encoded=True)
    if proxy_bypass(place.host or ""):
        return None
    found = getproxies()
    return found.get(place.scheme) or found.get("all")
