"""The HTTP client for threads, over the connection pools of `requests`."""

from __future__ import annotations

import http.client
import time
from datetime import UTC, datetime

import requests
from attrs import define, field
from urllib3.exceptions import HTTPError

from onboarding.errors import NoAnswer
from onboarding.http import Request, Response
from onboarding.transports.answers import Unreadable
from onboarding.transports.connection import Connection, ProxyRefused, proxy_for, refused
from onboarding.transports.deadlines import Attempt
from onboarding.transports.failures import no_answer
from onboarding.transports.pools import Pools

__all__ = ["SyncTransport"]

_NO_ANSWER = (
    HTTPError,
    http.client.HTTPException,
    requests.RequestException,
    OSError,
    ValueError,
    Unreadable,
    ProxyRefused,
)


@define
class SyncTransport:
    """A pool of connections for threads."""

    connection: Connection
    _pools: Pools = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._pools = Pools(self.connection)

    def send(self, request: Request, *, timeout: float) -> Response:
        """Sends the exact bytes to the exact URL once, within `timeout` seconds in total.

        Raises `TransportError` if the request was certainly not carried out, else `OutcomeUnknown`.
        """
        answer = self._answer(request, timeout)
        if isinstance(answer, NoAnswer):  # raised here, so that no context shows the URL
            raise answer
        return answer

    def _answer(self, request: Request, timeout: float) -> Response | NoAnswer:
        wanted = self.connection
        attempt = Attempt(wanted, time.monotonic() + timeout)
        proxy = None
        try:
            proxy = proxy_for(wanted, request.url)
            status, headers, body = self._pools.answer(attempt, request, proxy)
            if refused(status, proxy, request.url):
                raise ProxyRefused(status)
        except _NO_ANSWER as error:
            return no_answer(request, error, sent=attempt.sent, proxy=proxy)
        return Response(
            status=status,
            headers=headers,
            body=body,
            received_at=datetime.now(UTC),
            max_depth=wanted.max_depth,
        )

    def close(self) -> None:
        """Closes every connection."""
        self._pools.close()
