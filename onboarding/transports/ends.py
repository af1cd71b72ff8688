"""Answers that must have come whole by a moment, however slowly their bytes drip.

The time-outs of `requests` count from byte to byte: a server that sends one now and then could
hold a call for ever. Here each wait is cut to what is left of the call.
"""

from __future__ import annotations

import io
import logging
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

__all__ = ["TimedAdapter", "by"]

_CALL = threading.local()


@contextmanager
def by(moment: float) -> Generator[None]:
    """Answers that this thread begins to read inside must end by `moment` (monotonic seconds)."""
    _CALL.ends = moment
    try:
        yield
    finally:
        del _CALL.ends


class _OwnCalls(logging.Filter):
    """Holds back what urllib3 says of our calls: it logs URLs, and a query may name a user."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(_CALL, "ends", None) is None


logging.getLogger("urllib3.connectionpool").addFilter(_OwnCalls())


class _Until(io.RawIOBase):
    """The bytes of a socket until a moment. Raises `TimeoutError` then."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, ends: float) -> None:
        self._raw, self._sock, self._ends = raw, sock, ends
        self._wait = sock.gettimeout() or float("inf")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the call passed")
        self._sock.settimeout(min(left, self._wait))
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        ends = getattr(_CALL, "ends", None)
        if ends is not None:
            self.fp = io.BufferedReader(_Until(self.fp.detach(), sock, ends))


class _Connection(HTTPConnection):
    response_class = _Answer


class _TlsConnection(HTTPSConnection):
    response_class = _Answer


# urllib3 types its own connections against a protocol that they do not meet either.
class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection  # pyright: ignore[reportAssignmentType]


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection  # pyright: ignore[reportAssignmentType]


_POOLS = {"http": _Pool, "https": _TlsPool}


class TimedAdapter(HTTPAdapter):
    """The adapter of `requests`, with answers that end in time."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager
