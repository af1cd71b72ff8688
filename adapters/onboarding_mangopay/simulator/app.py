"""The simulator itself: a WSGI callable with its settings, its log, what a test may do to users."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen
from werkzeug.wrappers import Request, Response

from . import ids, sca
from .auth import check_bearer
from .errors import RATE_LIMITED, Problem, RefusedError, unknown_route, wrong_method
from .idempotency import remember, take_key
from .rates import RateMeter
from .routes import find_route
from .state import Store, User
from .world import Call, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LEVELS = ("LIGHT", "REGULAR")


@frozen(kw_only=True)
class LoggedRequest:
    """One request as the log keeps it: neither query nor body nor headers."""

    method: str
    path: str
    status: int


@define(kw_only=True, eq=False)
class MangoPaySimulator:
    """Answers as MangoPay does where users are concerned; safe to call from many threads.

    The settings may be changed between calls. What the documents leave open is answered as each
    module says beside the line that does it.
    """

    client_id: str = field(
        default="simulated-client",
        metadata={"help": "The one platform there is; part of nearly every path"},
    )
    api_key: str = field(
        default="simulated-key",
        repr=False,
        metadata={"help": "What a token is asked for with, next to client_id"},
    )
    strict: bool = field(
        default=False,
        metadata={"help": "Whether the documents win where the official SDKs rely on more"},
    )
    legacy: bool = field(
        default=True,
        metadata={"help": "Whether the deprecated endpoints still write; they always read"},
    )
    token_life: int = field(
        default=1200,
        metadata={"help": "Seconds that a token lives; the sandbox's default"},
    )
    rate_limits: bool = field(
        default=False,
        metadata={
            "help": "Whether the documented limits are enforced; they are counted either way"
        },
    )
    enrolment_waived: bool = field(
        default=False,
        metadata={"help": "Whether this platform may make OWNERs without SCA by USER_NOT_PRESENT"},
    )
    sca_origin: str = field(
        default="https://sca.sandbox.mangopay.com",
        metadata={"help": "Where a RedirectUrl leads"},
    )
    clock: Callable[[], float] = field(
        default=time.time,
        repr=False,
        metadata={"help": "Gives Unix time in seconds"},
    )
    entropy: ids.Entropy = field(
        default=os.urandom,
        repr=False,
        metadata={"help": "Gives random bytes for ids or tokens"},
    )
    store: Store = field(
        factory=Store,
        repr=False,
        metadata={"help": "What is remembered"},
    )

    _rates: RateMeter = field(factory=RateMeter, init=False, repr=False)
    _log: list[LoggedRequest] = field(factory=list[LoggedRequest], init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    @property
    def log(self) -> list[LoggedRequest]:
        """The requests answered so far, oldest first."""
        with self._lock:
            return list(self._log)

    def clear_log(self) -> None:
        """Forgets the requests, not the users."""
        with self._lock:
            self._log.clear()

    def activate(self, user_id: str) -> None:
        """Does what a user does who finishes the hosted SCA page: ACTIVE, enrolled."""
        with self._lock:
            user = self._open_user(user_id)
            self.store.save_user(sca.enrol(self, user))

    def set_kyc_level(self, user_id: str, level: str) -> None:
        """Does what MangoPay's review team does; only an OWNER can be verified."""
        if level not in LEVELS:
            raise ValueError(f"a KYC level is one of {', '.join(LEVELS)}")
        with self._lock:
            user = self._open_user(user_id)
            if level == "REGULAR" and user.category != "OWNER":
                raise ValueError("only an OWNER can be REGULAR")
            self.store.save_user(evolve(user, kyc_level=level))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()  # a connection that is kept needs its request read to the end
        with self._lock:
            response = self._answer(request)
            self._log.append(
                LoggedRequest(method=request.method, path=request.path, status=response.status_code)
            )
        return response(environ, start_response)

    def _open_user(self, user_id: str) -> User:
        user = self.store.user(user_id)
        if user is None or user.status == "CLOSED":
            raise LookupError("no open user has this id")
        return user

    def _answer(self, request: Request) -> Response:
        """Counts the call, answers it, adds the rate headers whatever the answer is."""
        now = self.clock()
        if self._rates.admit(now, enforce=self.rate_limits):
            response = self._refusing(lambda: self._route(request))
        else:
            response = self._problem(RATE_LIMITED)
        response.headers.update(self._rates.headers(now))
        return response

    def _route(self, request: Request) -> Response:
        found = find_route(request.path)
        if found is None:
            raise RefusedError(unknown_route(request.base_url))
        route, params = found
        handler = route.handlers.get(request.method)
        if handler is None:
            raise RefusedError(wrong_method(request.method, ", ".join(route.handlers)))
        call = Call(request=request, params=params)
        client_id = params.get("client")
        if client_id is None:
            return self._written(handler(self, call))
        check_bearer(self, request, client_id)
        key = take_key(self, request)
        response = self._refusing(lambda: self._written(handler(self, call)))
        if key is not None:
            remember(self, key, request, response)
        return response

    def _refusing(self, answer: Callable[[], Response]) -> Response:
        try:
            return answer()
        except RefusedError as refused:
            return self._problem(refused.problem)

    def _problem(self, problem: Problem) -> Response:
        now = self.clock()
        body = problem.body(id=ids.error_id(now, self.entropy), now=now)
        return self._written(Reply(status=problem.status, body=body, headers=problem.headers))

    def _written(self, reply: Reply) -> Response:
        if reply.body is None:
            response = Response(status=reply.status, headers=reply.headers)
            response.headers.remove("Content-Type")
            return response
        text = json.dumps(reply.body, ensure_ascii=False)
        content_type = "application/json; charset=utf-8"
        return Response(text, status=reply.status, headers=reply.headers, content_type=content_type)
