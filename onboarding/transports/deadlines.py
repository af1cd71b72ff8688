"""One request and its response over the connection pools of `requests`, within a deadline.

The time-outs of `requests` apply to each wait for bytes: a server that sends a byte now and then
could block a call for ever. Here each wait is limited to the rest of the call's time. `urlopen` of
urllib3 is not used, because it retries and logs URLs.
"""

from __future__ import annotations

import http.client
import io
import queue
import re
import socket
import time
from contextlib import suppress
from functools import partial
from typing import Any, cast

from attrs import define
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from onboarding.transports.answers import Body, bad_head, headers_of, read_head, too_long
from onboarding.transports.connection import Connection, ProxyRefused, tls_of

__all__ = ["Attempt", "Pools"]

_CHUNK = 65_536
_answered_by_proxy = re.compile(r"Tunnel connection failed: (\d{3})\b").match  # of http.client


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
    """Reads a socket until a deadline; then raises `TimeoutError`. `Unreadable` for too many bytes.

    The limit includes bytes that are neither headers nor body: chunk sizes, trailers.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, attempt: Attempt) -> None:
        self._raw, self._sock, self._attempt = raw, sock, attempt
        self._left = attempt.wanted.max_header_bytes + 2 * attempt.wanted.max_response_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._attempt.wait(self._attempt.wanted.timeout))
        read = cast("int | None", self._raw.readinto(buffer))
        self._left -= read or 0
        if self._left < 0:
            raise too_long(self._attempt.wanted.max_response_bytes)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """A response within the deadline, with a well-formed head of limited length."""

    def __init__(self, attempt: Attempt, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._wanted = attempt.wanted
        self.fp = io.BufferedReader(_Until(self.fp.detach(), sock, attempt))

    def begin(self, *args: Any, **kwargs: Any) -> None:
        whole = self.fp
        head = read_head(whole.readline, self._wanted.max_header_bytes)
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


class _Noted:
    """A connection that records when a request starts to be sent, and logs nothing."""

    debuglevel = 0  # the one of http.client would print requests
    attempt: Attempt

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        """Starts to send a request; a CONNECT to a proxy is sent elsewhere."""
        self.attempt.sent = True
        cast("Any", super()).endheaders(*args, **kwargs)

    def getresponse(self) -> _Answer:
        """Calls http.client directly: urllib3 logs the URL of a response with malformed headers."""
        connection = cast("http.client.HTTPConnection", self)
        return cast("_Answer", http.client.HTTPConnection.getresponse(connection))

    def _tunnel(self) -> None:
        try:
            cast("Any", super())._tunnel()
        except OSError as error:
            if answered := _answered_by_proxy(str(error)):
                raise ProxyRefused(int(answered[1])) from None
            raise
        except http.client.HTTPException:
            raise bad_head(self.attempt.wanted.max_header_bytes) from None


# urllib3's own connections do not conform to its protocol either.
class _Connection(_Noted, HTTPConnection):  # type: ignore[misc]
    pass


class _TlsConnection(_Noted, HTTPSConnection):  # type: ignore[misc]
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection  # type: ignore[assignment]


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection  # type: ignore[assignment]


_POOLS = {"http": _Pool, "https": _TlsPool}


class Pools(HTTPAdapter):
    """The connection pools of `requests`, for direct connections and for each proxy.

    Without a session, there are no cookies and no redirects, and the environment is not read.
    """

    def __init__(self, wanted: Connection) -> None:
        self._tls = tls_of(wanted)
        super().__init__(pool_connections=4, pool_maxsize=wanted.pool)

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

    def answer(
        self, attempt: Attempt, request: PreparedRequest, proxy: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        """Sends a request once; returns the status, the headers and the body of the response."""
        proxies = {"http": proxy, "https": proxy} if proxy else {}
        pool: Any = self.get_connection_with_tls_context(request, True, proxies)
        tunnel = proxy is not None and str(request.url).startswith("https:")
        headers = request.headers if tunnel else {**request.headers, **pool.proxy_headers}
        connection = pool._get_conn()
        try:
            connection.attempt = attempt
            connection.response_class = partial(_Answer, attempt)
            connection.timeout = attempt.wait(attempt.wanted.connect_timeout)
            if connection.is_closed:
                pool._prepare_proxy(connection) if tunnel else connection.connect()
            connection.timeout = attempt.wait()
            target = self.request_url(request, proxies)
            with suppress(BrokenPipeError, ConnectionResetError):  # there may still be a response
                connection.request(request.method, target, request.body, headers)
            with connection.getresponse() as answer:
                parts: tuple[int, dict[str, str], bytes] = answer.parts()
                return parts
        except BaseException:
            connection.close()
            raise
        finally:
            try:
                pool.pool.put(connection, block=False)
            except (AttributeError, queue.Full):  # AttributeError: the pool was closed
                connection.close()
