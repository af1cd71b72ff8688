"""Sends requests with `requests`: one pooled session, time-outs always, TLS verified."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import requests
from attrs import define, field
from requests.adapters import HTTPAdapter
from urllib3 import exceptions as urllib3_errors

from onboarding.errors import TransportError
from onboarding.http import Request, Response
from onboarding.transports.connection import Connection
from onboarding.transports.silence import no_answer

__all__ = ["SyncTransport"]

_NEVER_SENT = (
    urllib3_errors.NewConnectionError,
    urllib3_errors.ConnectTimeoutError,
    urllib3_errors.NameResolutionError,
    urllib3_errors.ProxyError,
    urllib3_errors.SSLError,
)


@define
class SyncTransport:
    """A pool of connections for threads."""

    connection: Connection
    _session: requests.Session = field(init=False)

    def __attrs_post_init__(self) -> None:
        wanted = self.connection
        session = requests.Session()
        session.trust_env = wanted.trust_env
        session.headers.clear()
        session.headers.update({"User-Agent": wanted.user_agent, "Accept": "application/json"})
        session.verify = wanted.ca_bundle or True
        if wanted.certificate:
            key = wanted.private_key
            session.cert = (wanted.certificate, key) if key else wanted.certificate
        if wanted.proxy:
            session.proxies = {"http": wanted.proxy, "https": wanted.proxy}
        pooled = HTTPAdapter(pool_connections=4, pool_maxsize=wanted.pool, max_retries=0)
        session.mount("https://", pooled)
        session.mount("http://", pooled)
        self._session = session

    def send(self, request: Request, *, timeout: float) -> Response:
        """Sends the exact bytes to the exact URL, within `timeout` seconds in all.

        Raises `TransportError` when it was surely not carried out, else `OutcomeUnknown`.
        """
        ends = time.monotonic() + timeout
        waits = (
            min(timeout, self.connection.connect_timeout),
            min(timeout, self.connection.timeout),
        )
        prepared = self._session.prepare_request(
            requests.Request(
                request.method, request.url, headers=dict(request.headers), data=request.body
            )
        )
        prepared.url = request.url  # what was signed is what is sent
        settings = self._session.merge_environment_settings(request.url, {}, True, None, None)
        try:
            answer = self._session.send(prepared, timeout=waits, allow_redirects=False, **settings)
            body = _read(answer, ends)
        except requests.RequestException as error:
            raise _no_answer(request, error) from None
        except (urllib3_errors.HTTPError, TimeoutError, OSError) as error:
            raise _no_answer(request, error) from None
        return Response(
            status=answer.status_code,
            headers=dict(answer.headers),
            body=body,
            received_at=datetime.now(UTC),
        )

    def close(self) -> None:
        """Closes every connection."""
        self._session.close()


def _read(answer: requests.Response, ends: float) -> bytes:
    """The body, as long as there is time for it."""
    chunks: list[bytes] = []
    for chunk in answer.iter_content(65_536):
        chunks.append(chunk)
        if time.monotonic() > ends:
            answer.close()
            raise TimeoutError
    return b"".join(chunks)


def _no_answer(request: Request, error: BaseException) -> TransportError:
    timed_out = isinstance(error, requests.Timeout | TimeoutError | urllib3_errors.TimeoutError)
    return no_answer(request, timed_out=timed_out, never_sent=_never_sent(error))


def _never_sent(error: BaseException) -> bool:
    causes: list[object] = [error, *error.args]
    causes += [getattr(cause, "reason", None) for cause in causes]
    return any(isinstance(cause, _NEVER_SENT) for cause in causes) or isinstance(
        error, requests.ConnectTimeout | requests.exceptions.SSLError
    )
