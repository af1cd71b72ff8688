"""A gateway without a socket: a function answers each request."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from attrs import define, field

from onboarding._sync.calls import Calls
from onboarding._sync.driver import drive
from onboarding.adapter import Adapter
from onboarding.engine import (
    Clock,
    Nonces,
    RetryPolicy,
    ServerClock,
    Step,
    TokenRequest,
    Wait,
    conversation,
    login,
    new_nonce,
    utc_now,
)
from onboarding.engine.attempts import Attempt
from onboarding.http import Flow, Request, Response, Token
from onboarding.transports.answers import headers_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Answer", "PaperGateway", "paper"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
T = TypeVar("T")

Answer: TypeAlias = Callable[[Request], Response]
"""A fake provider: a function from request to response."""

_PORTS = {"https": "443", "http": "80"}
_MOST_HEADERS = 65_536
"""Bytes; used only in an error message."""


@define(eq=False, repr=False)
class PaperGateway(Calls[A_co]):
    """A gateway whose requests a function answers, with signatures and logins.

    `adapter` is the adapter, `answer` the function; `clock` and `nonces` give the time and the
    nonces of signatures. `sent` lists the signed requests, including logins. Requests are retried
    only with a policy as `retry`; `waits` lists the waits before retries, which take no time.
    """

    adapter: A_co
    answer: Answer
    clock: Clock = utc_now
    nonces: Nonces = new_nonce
    retry: RetryPolicy | None = None
    waits: list[Wait] = field(factory=list[Wait], init=False)
    sent: list[Request] = field(factory=list[Request], init=False)
    token: Token | None = field(default=None, init=False)
    _timed: ServerClock = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._timed = ServerClock(self.clock)

    def run(self, flow: Flow[T], *, deadline: float | None = None) -> T:
        """Runs a flow to its end, and returns its result; `deadline` is ignored."""
        return self._run(flow, None)

    def _write(self, attempt: Attempt, flow: Flow[T], deadline: float | None) -> T:
        return self._run(flow, attempt)

    def _now(self) -> datetime:
        return self._timed()

    def _run(self, flow: Flow[T], attempt: Attempt | None) -> T:
        steps = conversation(
            self.adapter,
            flow,
            clock=self._timed,
            nonces=self.nonces,
            retry=self.retry,
            attempt=attempt,
        )
        return drive(steps, self._perform)

    def _perform(self, step: Step) -> Response | Token | bool:
        if isinstance(step, TokenRequest):
            return self._token(step)
        if isinstance(step, Wait):
            self.waits.append(step)
            return True
        assert isinstance(step, Request), "the gateway does not rotate secrets"
        self.sent.append(step)
        return self.answer(step)

    def _token(self, wanted: TokenRequest) -> Token:
        token = wanted.satisfied_by(self.token, self.clock())
        if token is None:
            steps = login(self.adapter, clock=self._timed, nonces=self.nonces, retry=self.retry)
            token = self.token = drive(steps, self._perform)
        return token


def paper(app: WSGIApplication) -> Answer:
    """Turns a WSGI application into an `Answer`, without a socket or a thread.

    The request target is passed on unchanged. Repeated headers are joined, as both transports do.
    """

    def answer(request: Request) -> Response:
        head: list[Any] = []
        written: list[bytes] = []

        def start(
            status: str, headers: list[tuple[str, str]], _: object = None
        ) -> Callable[[bytes], object]:
            head[:] = [int(status.split()[0]), headers_of(headers, _MOST_HEADERS)]
            return written.append

        written += app(_environ(request), start)
        return Response(status=head[0], headers=head[1], body=b"".join(written))

    return answer


def _environ(request: Request) -> dict[str, Any]:
    """Returns the WSGI environment of a request (PEP 3333)."""
    parts = urlsplit(request.url)
    target = parts.path or "/"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(target).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": f"{target}?{parts.query}" if parts.query else target,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or _PORTS[parts.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "HTTP_ACCEPT": "application/json",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ
