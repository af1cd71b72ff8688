"""Sends requests with aiohttp, for an event loop (extra `async`)."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import aiohttp
from attrs import define, field
from yarl import URL

from onboarding.http import Request, Response
from onboarding.transports.connection import Connection
from onboarding.transports.silence import no_answer

__all__ = ["AsyncTransport"]


@define
class AsyncTransport:
    """A pool of connections for one event loop; opened at the first request."""

    connection: Connection
    _session: aiohttp.ClientSession | None = field(default=None, init=False)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            wanted = self.connection
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=wanted.pool, ssl=_tls(wanted)),
                headers={"User-Agent": wanted.user_agent, "Accept": "application/json"},
                skip_auto_headers=("Content-Type",),
                trust_env=wanted.trust_env,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def send(self, request: Request, *, timeout: float) -> Response:
        """Sends the exact bytes to the exact URL, within `timeout` seconds in all.

        Raises `TransportError` when it was surely not carried out, else `OutcomeUnknown`.
        """
        wanted = self.connection
        waits = aiohttp.ClientTimeout(
            total=timeout,
            sock_connect=min(timeout, wanted.connect_timeout),
            sock_read=min(timeout, wanted.timeout),
        )
        try:
            async with self._open().request(
                request.method,
                URL(request.url, encoded=True),  # what was signed is what is sent
                headers=dict(request.headers),
                data=request.body or None,
                timeout=waits,
                proxy=wanted.proxy,
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                return Response(
                    status=answer.status,
                    headers=dict(answer.headers),
                    body=body,
                    received_at=datetime.now(UTC),
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            never = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
            timed_out = isinstance(error, TimeoutError)
            raise no_answer(request, timed_out=timed_out, never_sent=never) from None

    async def close(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _tls(wanted: Connection) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=wanted.ca_bundle)
    if wanted.certificate:
        context.load_cert_chain(wanted.certificate, wanted.private_key)
    return context
