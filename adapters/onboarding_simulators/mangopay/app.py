"""The simulator as a WSGI application, with its log, faults and notifications."""

from __future__ import annotations

import json
import re
import threading
import weakref
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from attrs import define, field
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared.simulator import Front, LoggedRequest, Simulator

from . import events, hosted
from .auth import check_bearer
from .calls import Call, Reply
from .desk import Desk
from .errors import (
    RATE_LIMITED,
    DemandedError,
    Problem,
    RefusedError,
    failure,
    unknown_route,
    wrong_method,
)
from .events import Delivery
from .idempotency import remember, take_key
from .openapi import described
from .people import People
from .rates import RateMeter
from .routes import find_route
from .state import error_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# the short-lived link to a page of a document gives access to the page
_KEYS = re.compile(r"(?<=/consult/)[^/?\s]+", re.IGNORECASE)
# the keys whose vocabularies may grow, according to MangoPay
WORDS = frozenset(
    ("UserStatus", "UserCategory", "KYCLevel", "Status", "RefusedReasonType", "Reason", "Type")
)
ACTIONS = (
    "activate", "finish_sca", "consent", "set_kyc_level", "accept_document", "refuse_document",
    "outdate_document", "decide_declaration", "complete_verification", "finish_person", "block",
    "require_renewal", "make_payer", "add_wallet", "add_transaction", "add_card", "emit",
    "deliver_hooks",
)  # fmt: skip
PAUSE = 0.2
"""Seconds between two rounds of sending notifications."""


@define(kw_only=True, eq=False)
class MangoPaySimulator(Simulator, Desk):
    """Simulates the part of MangoPay that concerns users; safe to call from many threads.

    The settings may be changed between calls. Where the documents leave something open, a comment
    beside the code says what the simulator does.
    """

    _rates: RateMeter = field(factory=RateMeter, init=False, repr=False)
    _front: Front = field(init=False, repr=False)
    _sender: threading.Thread | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        Desk.__attrs_post_init__(self)
        self._front = self._front_with(
            People,
            words=WORDS,
            actions=ACTIONS,
            masked=masked,
            described=described,
        )

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to send a notification so far, oldest first."""
        with self._lock:
            return events.attempts(self)

    def deliver_hooks(self) -> int:
        """Sends each notification that is due once; returns their number."""
        with self._lock:
            waiting = events.due_notifications(self)
        for row, url in waiting:
            status = events.notify(url, seconds=events.PATIENCE)
            with self._lock:
                events.note_attempt(self, row, url, status)
        return len(waiting)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = super().__call__(environ, start_response)
        if self.send_hooks:
            self._keep_sending()
        return body

    def _page(self, request: Request) -> Response | None:
        with self._lock:
            self.own_origin = request.host_url.rstrip("/")
            return hosted.answer(self, request)

    def _refuse(self, request: Request, status: int | None, code: str | None) -> Response:
        return self._problem(failure(status, code))

    def _respond(self, request: Request) -> Response:
        with self._lock:
            response = self._answer(request)
            self._front.log.append(
                LoggedRequest(request.method, masked(request.path), response.status_code)
            )
        return response

    def _answer(self, request: Request) -> Response:
        """Counts the call, answers it and adds the rate limit headers."""
        now = self.clock()
        if self._rates.admit(now, enforce=self.rate_limits):
            response = self._refusing(lambda: self._route(request))
        else:
            response = self._problem(RATE_LIMITED)
        response.headers.extend(self._rates.headers(now))
        return response

    def _route(self, request: Request) -> Response:
        found = find_route(request.path, strict=self.strict)
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

        def handled() -> Response:
            with self.tables.all_or_nothing():  # a refused call changes nothing
                try:
                    return self._written(handler(self, call))
                except DemandedError as demanded:
                    return self._problem(demanded.problem)

        response = self._refusing(handled)
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
        body = problem.body(id=error_id(now, self.entropy), now=now)
        return self._written(
            Reply(
                status=problem.status,
                body=body,
                headers=problem.headers,
                content_type=problem.content_type,
            )
        )

    def _written(self, reply: Reply) -> Response:
        if reply.body is None:
            response = Response(status=reply.status, headers=reply.headers)
            response.headers.remove("Content-Type")
            if reply.status == 401:
                # The official Java client cannot read an error with Content-Length 0, but a chunked
                # one.
                response.automatically_set_content_length = False
            return response
        body = reply.body
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False)
        return Response(
            content, status=reply.status, headers=reply.headers, content_type=reply.content_type
        )

    def _keep_sending(self) -> None:
        """Starts the thread that sends notifications, once; it ends with the simulator."""
        with self._lock:
            if self._sender is None:
                target = weakref.ref(self)
                self._sender = threading.Thread(target=_send, args=(target,), daemon=True)
                self._sender.start()


def masked(path: str) -> str:
    """Returns a path with its token masked."""
    return _KEYS.sub("***", path)


def _send(target: weakref.ref[MangoPaySimulator]) -> None:
    """Sends due notifications in rounds until the simulator is freed."""
    pause = threading.Event()
    while True:
        simulator = target()
        if simulator is None:
            return
        if simulator.send_hooks:
            simulator.deliver_hooks()
        del simulator
        pause.wait(PAUSE)
