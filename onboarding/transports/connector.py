"""The connections of aiohttp, none of which is used after its server closed it."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from weakref import WeakSet

import aiohttp
from aiohttp.client_proto import ResponseHandler

from onboarding.transports.answers import bad_head
from onboarding.transports.connection import Connection, ProxyRefused

__all__ = ["Connector"]

_NEVER = float("inf")  # aiohttp rounds longer waits than that up to a second


class _Counted(ResponseHandler):
    """A connection that counts what comes: the parser of aiohttp reads any number of zeros.

    `left` is the number of bytes that may come, at first for the answer of a proxy to a CONNECT;
    with more, `exceeded` is called.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        super().__init__(loop)
        self.left = limit
        self.exceeded: Callable[[], None] = lambda: self.set_exception(bad_head(limit))

    def data_received(self, data: bytes) -> None:
        self.left -= len(data)
        if self.left < 0:
            self.exceeded()
        else:
            super().data_received(data)


class Connector(aiohttp.TCPConnector):
    """Replaces a connection that its server closed while it was idle.

    aiohttp does not notice a connection that was closed while no event loop ran.
    """

    def __init__(self, wanted: Connection) -> None:
        # resolve with getaddrinfo, as for threads, and not with aiodns
        cast("Any", super()).__init__(limit=wanted.pool, resolver=aiohttp.ThreadedResolver())
        self._bad_head = bad_head(wanted.max_header_bytes)
        self._tunnel = wanted.connect_timeout + wanted.timeout
        self._longest = wanted.connect_timeout
        loop = asyncio.get_running_loop()
        self._factory = cast("Any", partial(_Counted, loop, wanted.max_header_bytes))
        self._known: WeakSet[Any] = WeakSet()

    async def held(self, request: aiohttp.ClientRequest, timeout: float) -> Any:
        """Returns a connection within `timeout` seconds. The caller releases or closes it.

        Raises `ProxyRefused` if a proxy opens no tunnel, `Unreadable` if its answer is no HTTP.
        """
        waits = aiohttp.ClientTimeout(
            connect=timeout, sock_connect=self._longest, ceil_threshold=_NEVER
        )
        try:
            while True:
                found = await self.connect(request, [], waits)
                if found.protocol not in self._known:
                    self._known.add(found.protocol)
                    return found
                if not _readable(found.transport):
                    return found
                found.close()
        except aiohttp.ClientHttpProxyError as error:
            raise ProxyRefused(error.status) from None
        except aiohttp.ClientResponseError:
            raise self._bad_head from None

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: Any, timeout: aiohttp.ClientTimeout
    ) -> Any:
        # aiohttp itself waits for the answer to a CONNECT without a limit.
        async with asyncio.timeout(self._tunnel if req.proxy and req.is_ssl() else None):
            return await super()._create_connection(req, traces, timeout)


def _readable(transport: Any) -> bool:
    """Whether there is something to read; on an idle connection this is its end."""
    number = transport.get_extra_info("socket").fileno()
    if not hasattr(select, "poll"):
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
