"""The simulator of Paysera's Wallet API as a WSGI application."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from attrs import define, evolve, field
from werkzeug.wrappers import Request, Response

from . import answers, limits, routes
from .callers import Caller, Signed, identify, parameters
from .calls import Call
from .desk import Desk
from .errors import ApiError
from .logged import LoggedRequest, masked
from .routes import Route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger(__name__)


@define(kw_only=True, eq=False)
class PayseraSimulator(Desk):
    """Behaves like Paysera's user resource; its fields are its settings.

    It is a WSGI callable, keeps its state in memory and may be called from many threads.
    """

    _requests: list[LoggedRequest] = field(init=False, factory=list[LoggedRequest], repr=False)
    _answered: int = field(init=False, default=0, repr=False)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data()  # always, or what is left unread spoils the next request
        target = raw_target(environ)
        with self._lock:
            response = self._answer(request, target, body)
            self._answered += 1
            response.headers["paysera-correlation-id"] = f"{self._answered:032x}"
            path = masked(target.partition("?")[0])
            chosen = parameters(request.headers)
            seen = LoggedRequest(request.method, path, response.status_code, chosen)
            self._requests.append(seen)
        return response(environ, start_response)

    @property
    def log(self) -> list[LoggedRequest]:
        """The requests answered so far, oldest first: a copy."""
        with self._lock:
            return list(self._requests)

    def clear_log(self) -> None:
        with self._lock:
            self._requests.clear()

    def _answer(self, request: Request, target: str, body: bytes) -> Response:
        """The true answer, or what the simulator was told to answer instead."""
        wrong = self._misbehaviours.next(request.method, request.path)
        if wrong is None:
            return self._respond(request, target, body)
        if wrong.when == "after":
            self._respond(request, target, body)
        captcha = {
            "g-recaptcha-key": self.recaptcha_key,
            "recaptcha-unlock-url": f"{_origin(request)}/recaptcha/unlock/requests",
        }
        return wrong.answer(captcha)

    def _respond(self, request: Request, target: str, body: bytes) -> Response:
        acceptable = answers.acceptable(request)
        try:
            route, parts = routes.find(request.method, request.path, self)
            acceptable = acceptable or not route.json
            if not acceptable:
                return answers.not_acceptable()
            call = self._call(request, target, body, route.public)
            return answers.answer(self._perform(evolve(call, parts=parts), request, body, route))
        except ApiError as error:
            return answers.refusal(error) if acceptable else answers.not_acceptable()
        except Exception as error:
            # Not the exception itself: its text could hold what the caller sent.
            _log.error("the simulator failed: %s", type(error).__name__)
            return answers.refusal(ApiError("internal_server_error", "The simulator failed."))

    def _call(self, request: Request, target: str, body: bytes, public: bool) -> Call:
        caller = Caller()
        if not public:
            signed = Signed(
                authorization=request.headers.get("Authorization"),
                method=request.method,
                target=target,
                host=request.headers.get("Host", ""),
                body=body,
                certified=request.environ.get("SSL_CLIENT_VERIFY") == "SUCCESS",
            )
            caller = identify(signed, self, self._store)
        return Call(
            settings=self,
            store=self._store,
            rates=self._rates,
            caller=caller,
            query=parse_qsl(target.partition("?")[2], keep_blank_values=True),
            origin=_origin(request),
            target=target,
            header=request.headers,
        )

    def _perform(self, call: Call, request: Request, body: bytes, route: Route) -> Any:
        if not route.public:
            limits.count(call)
        if route.permission is not None:
            call.require(route.permission)
        if route.takes is not None:
            call = evolve(call, body=route.takes(self, request.mimetype, body))
        return route.operation(call)


def _origin(request: Request) -> str:
    return f"{request.scheme}://{request.headers.get('Host', '')}"


def raw_target(environ: WSGIEnvironment) -> str:
    """The request target as it came over the wire, where the server keeps it.

    Without it (WSGI does not ask for it) the decoded path is quoted again, which gives back
    what was sent only if that was quoted in the usual way.
    """
    target: str | None = environ.get("REQUEST_URI")
    if target:
        return target
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    return quote(path, encoding="latin-1") + (f"?{query}" if query else "")
