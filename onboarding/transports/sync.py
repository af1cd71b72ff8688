"""Sends requests with `requests`: one pooled session, time-outs always, TLS verified."""

from __future__ import annotations

import ssl
import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import Any

import requests
from attrs import define, field
from urllib3 import exceptions as urllib3_errors

from onboarding.errors import ConfigurationError, NoAnswer
from onboarding.http import Request, Response
from onboarding.transports.connection import Connection, unusable
from onboarding.transports.ends import TimedAdapter, by
from onboarding.transports.silence import no_answer, unwritable

__all__ = ["SyncTransport"]

_NEVER_SENT = (
    urllib3_errors.NewConnectionError,
    urllib3_errors.ConnectTimeoutError,
    urllib3_errors.NameResolutionError,
    urllib3_errors.ProxyError,
    requests.ConnectTimeout,
    requests.exceptions.InvalidSchema,  # of a proxy
    requests.exceptions.InvalidURL,
    ssl.SSLCertVerificationError,  # other errors of TLS may come after the request
)
_TIMED_OUT = (requests.Timeout, urllib3_errors.TimeoutError, TimeoutError)


class _Session(requests.Session):
    """A session of `requests` that adds nothing to a request and reads nothing into an answer."""

    def resolve_redirects(self, *_: Any, **__: Any) -> Generator[Any, Any, None]:
        """None: a redirect that nobody follows may be malformed."""
        yield from ()


def _as_signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The request as it is: where nothing is given, `requests` takes a login of `.netrc`."""
    return request


@define
class SyncTransport:
    """A pool of connections for threads."""

    connection: Connection
    _session: requests.Session = field(init=False)

    def __attrs_post_init__(self) -> None:
        wanted = self.connection
        if problems := unusable(wanted):
            raise ConfigurationError(problems)
        session = _Session()
        session.trust_env = wanted.trust_env
        session.auth = _as_signed
        session.headers.clear()
        session.headers.update({"User-Agent": wanted.user_agent, "Accept": "application/json"})
        session.verify = wanted.ca_bundle or True
        if wanted.certificate:
            key = wanted.private_key
            session.cert = (wanted.certificate, key) if key else wanted.certificate
        if wanted.proxy:
            session.proxies = {"http": wanted.proxy, "https": wanted.proxy}
        pooled = TimedAdapter(pool_connections=4, pool_maxsize=wanted.pool, max_retries=0)
        session.mount("https://", pooled)
        session.mount("http://", pooled)
        self._session = session

    def send(self, request: Request, *, timeout: float) -> Response:
        """Sends the exact bytes to the exact URL, within `timeout` seconds in all.

        Raises `TransportError` when it was surely not carried out, else `OutcomeUnknown`.
        """
        answer = self._answer(request, timeout)
        if isinstance(answer, NoAnswer):  # raised here, it carries no error with a URL along
            raise answer
        return answer

    def _answer(self, request: Request, timeout: float) -> Response | NoAnswer:
        ends = time.monotonic() + timeout
        waits = (
            min(timeout, self.connection.connect_timeout),
            min(timeout, self.connection.timeout),
        )
        try:
            prepared = self._session.prepare_request(
                requests.Request(
                    request.method, request.url, headers=dict(request.headers), data=request.body
                )
            )
        except (requests.RequestException, ValueError):
            return unwritable(request)
        prepared.url = request.url  # what was signed is what is sent
        try:
            with by(ends):
                answer = self._session.send(prepared, timeout=waits, allow_redirects=False)
                body = answer.content
        except (
            requests.RequestException,
            urllib3_errors.HTTPError,
            TimeoutError,
            OSError,
        ) as error:
            return _no_answer(request, error)
        return Response(
            status=answer.status_code,
            headers=dict(answer.headers),
            body=body,
            received_at=datetime.now(UTC),
        )

    def close(self) -> None:
        """Closes every connection."""
        self._session.close()


def _no_answer(request: Request, error: BaseException) -> NoAnswer:
    causes = list(_causes(error))
    # urllib3 counts a connection that was refused among those that took too long
    timed_out = any(
        isinstance(cause, _TIMED_OUT) and not isinstance(cause, urllib3_errors.NewConnectionError)
        for cause in causes
    )
    never_sent = any(isinstance(cause, _NEVER_SENT) for cause in causes)
    return no_answer(request, timed_out=timed_out, never_sent=never_sent)


def _causes(error: object) -> Iterator[object]:
    """An error and those that it was made of: `requests` and urllib3 wrap one in another."""
    yield error
    if isinstance(error, BaseException):
        for inner in (*error.args, getattr(error, "reason", None)):
            if isinstance(inner, BaseException):
                yield from _causes(inner)
