"""The connection pools of `requests`, and one request over them.

urllib3 opens and keeps the connections, http.client reads the answers. `urlopen` of urllib3 is not
used, because it retries and logs URLs.
"""

from __future__ import annotations

import http.client
import queue
import re
from contextlib import suppress
from functools import partial
from typing import Any, cast

import requests
from attrs import frozen
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from onboarding.http import Request
from onboarding.transports.answers import bad_head
from onboarding.transports.connection import Connection, ProxyRefused, tls_of
from onboarding.transports.deadlines import Answer, Attempt
from onboarding.transports.writing import ORIGINS, Origin, origin_of, proxy_login, split

__all__ = ["Pools"]

_answered_by_proxy = re.compile(r"Tunnel connection failed: (\d{3})\b").match  # of http.client


class _Bounded:
    """A connection whose tunnel is opened within the deadline, and that logs nothing."""

    debuglevel = 0  # the one of http.client would print requests
    attempt: Attempt

    def _tunnel(self) -> None:
        try:
            cast("Any", super())._tunnel()
        except OSError as error:
            if answered := _answered_by_proxy(str(error)):
                raise ProxyRefused(int(answered[1])) from None
            raise
        except http.client.HTTPException:
            raise bad_head(self.attempt.wanted.max_header_bytes) from None


class _Connection(_Bounded, HTTPConnection):
    pass


class _TlsConnection(_Bounded, HTTPSConnection):
    pass


# urllib3's own connections do not conform to its protocol either.
class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection  # pyright: ignore[reportAssignmentType]


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection  # pyright: ignore[reportAssignmentType]


_POOLS = {"http": _Pool, "https": _TlsPool}


@frozen
class _Route:
    """How requests reach an origin: directly, through the tunnel of a proxy, or forwarded by it."""

    pool: Any
    tunnel: bool
    origin: Origin


class Pools(HTTPAdapter):
    """The connection pools of `requests`, for direct connections and for each proxy.

    Without a session, there are no cookies and no redirects, and the environment is not read.
    """

    def __init__(self, wanted: Connection) -> None:
        self._wanted, self._tls = wanted, tls_of(wanted)
        self._routes: dict[tuple[str, str | None], _Route] = {}
        super().__init__(pool_connections=ORIGINS, pool_maxsize=wanted.pool)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy.lower().startswith("https:"):
            kwargs["proxy_ssl_context"] = self._tls()
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        host, keys = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {**keys, "ssl_context": self._tls()} if host["scheme"] == "https" else keys

    def _route(self, place: str, proxy: str | None) -> _Route:
        """Returns the route to an origin, looked up once: the look-up of `requests` is slow."""
        route = self._routes.get((place, proxy))
        if route is None or route.pool.pool is None:  # its pool was closed
            if len(self._routes) >= ORIGINS:
                self._routes.clear()
            route = self._routes[place, proxy] = self._new_route(place, proxy)
        return route

    def _new_route(self, place: str, proxy: str | None) -> _Route:
        request = requests.Request("GET", place).prepare()
        proxies = {"http": proxy, "https": proxy} if proxy else {}
        pool: Any = self.get_connection_with_tls_context(request, True, proxies)
        tunnel = proxy is not None and place.lower().startswith("https:")
        forwarded = proxy is not None and not tunnel
        further = proxy_login(proxy) if proxy is not None and forwarded else {}
        origin = origin_of(self._wanted, place, forwarded=forwarded, further=further)
        return _Route(pool, tunnel, origin)

    def close(self) -> None:
        """Closes every connection now; `requests` leaves that to the garbage collector."""
        for route in list(self._routes.values()):
            route.pool.close()
        self._routes.clear()
        super().close()

    def answer(
        self, attempt: Attempt, request: Request, proxy: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        """Sends a request once; returns the status, the headers and the body of the response."""
        place, target = split(request.url)
        route = self._route(place, proxy)
        written = route.origin.written(request, target)
        connection = route.pool._get_conn()
        try:
            if connection.is_closed:
                _connect(connection, attempt, route)
            connection.sock.settimeout(attempt.wait())
            attempt.sent = True
            with suppress(BrokenPipeError, ConnectionResetError):  # there may still be a response
                connection.sock.sendall(written)
            with Answer(attempt, connection.sock, method=request.method) as answer:
                answer.begin()
                parts = answer.parts()
            if answer.will_close:
                connection.close()
            return parts
        except BaseException:
            connection.close()
            raise
        finally:
            try:
                route.pool.pool.put(connection, block=False)
            except (AttributeError, queue.Full):  # AttributeError: the pool was closed
                connection.close()


def _connect(connection: Any, attempt: Attempt, route: _Route) -> None:
    connection.attempt = attempt
    connection.response_class = partial(Answer, attempt, bodiless=True)
    connection.timeout = attempt.wait(attempt.wanted.connect_timeout)
    if route.tunnel:
        route.pool._prepare_proxy(connection)
    else:
        connection.connect()
