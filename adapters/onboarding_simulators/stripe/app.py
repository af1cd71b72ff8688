"""The simulator as a WSGI application, with its log, faults and notifications."""

from __future__ import annotations

import json
import re
import threading
import weakref
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from attrs import define, field
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared.simulator import Front, LoggedRequest, Simulator

from . import endpoints, files, hosted, sending
from .calls import ACCOUNTS, FILES, Call
from .changes import tick
from .desk import Desk
from .errors import RATE_LIMITED, Problem, RefusedError, failure, invalid, unknown_url
from .expanding import expanded
from .forms import Nested, read_pairs
from .idempotency import key_of, remember, replayed
from .keys import acting_for, check_key, version_of
from .openapi import described
from .people import People
from .rates import RateMeter
from .routes import Operation, find_route
from .sending import Delivery
from .views import account_view

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# the last segment of an account link gives access to its page
_SECRETS = re.compile(r"(?<=/setup/)([sc]/[^/]+)/[^/?\s]+")
# the keys whose vocabularies may grow
WORDS = frozenset(
    ("status", "disabled_reason", "code", "details_code", "type", "business_type", "purpose")
)
ACTIONS = (
    "complete_onboarding", "end_check", "demand", "announce", "waive", "reach_threshold",
    "set_capability", "pause", "set_business_type", "rotate_secret", "deliver_events",
)  # fmt: skip
MOST_FIELDS = 1000
PAUSE = 0.2
"""Seconds between two rounds of sending notifications."""


@define(kw_only=True, eq=False)
class StripeSimulator(Simulator, Desk):
    """Simulates the part of Stripe that concerns connected accounts; safe for many threads.

    The API, the uploads and the hosted pages have the same address. The settings may be changed
    between calls. Where the documents leave something open, a comment beside the code says what the
    simulator does.
    """

    _rates: RateMeter = field(factory=RateMeter, init=False, repr=False)
    _front: Front = field(init=False, repr=False)
    _sender: threading.Thread | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        Desk.__attrs_post_init__(self)
        self._front = self._front_with(
            People, words=WORDS, actions=ACTIONS, masked=masked, described=described
        )
        if self.webhook_url is not None:
            self.listen(self.webhook_url)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to send a notification so far, oldest first."""
        with self._lock:
            return sending.attempts(self)

    def listen(self, url: str, *, connect: bool = True) -> str:
        """Adds a webhook endpoint for all events of connected accounts; returns its id."""
        try:
            with self._lock:
                return str(endpoints.add(self, url, ["*"], connect=connect)["id"])
        except RefusedError:
            raise ValueError("webhook_url: expected an http or https address") from None

    def deliver_events(self) -> int:
        """Sends each notification that is due; returns how many were sent."""
        with self._lock, self.tables.all_or_nothing():
            tick(self)
            waiting = sending.due_messages(self)
        for message in waiting:
            status = sending.send(message)
            with self._lock:
                sending.note_attempt(self, message, status)
        return len(waiting)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = super().__call__(environ, start_response)
        if self.send_events:
            self._keep_sending()
        return body

    def _page(self, request: Request) -> Response | None:
        with self._lock:
            self.own_origin = request.host_url.rstrip("/")
            return hosted.answer(self, request)

    def _refuse(self, request: Request, status: int | None, code: str | None) -> Response:
        """Returns an error on demand; a 500 is stored under the key of the call, as documented."""
        response = self._problem(failure(status, code), self.new_id("req_", 14))
        with self._lock, closing(request):
            try:
                key = key_of(request)
            except RefusedError:
                key = None
            if key is not None and response.status_code >= 500 and self.store_failures:
                remember(self, key, request, response)
        return response

    def _respond(self, request: Request) -> Response:
        with self._lock, closing(request):  # an upload has a temporary file
            response = self._answer(request)
            self._front.log.append(
                LoggedRequest(request.method, masked(request.path), response.status_code)
            )
        return response

    def _answer(self, request: Request) -> Response:
        request_id = self.new_id("req_", 14)
        try:
            response = self._route(request, request_id)
            version = version_of(self, request)
        except RefusedError as refused:
            response, version = self._problem(refused.problem, request_id), self.api_version
        response.headers.setdefault("Request-Id", request_id)
        response.headers["Stripe-Version"] = version
        if request.headers.get("Idempotency-Key"):
            response.headers["Idempotency-Key"] = request.headers["Idempotency-Key"]
        return response

    def _route(self, request: Request, request_id: str) -> Response:
        check_key(self, request)
        version_of(self, request)
        found = find_route(request.path)
        if found is None or request.method not in found[0].operations:
            raise unknown_url(request.method, request.path)
        route, params = found
        endpoint = f"{request.method} {route.path}"
        if self.rate_limits and not self._rates.admit(self.clock(), endpoint):
            raise RefusedError(RATE_LIMITED)
        key = key_of(request)
        stored = None if key is None else replayed(self, key, request)
        if stored is not None:
            return stored
        with self.tables.all_or_nothing():
            tick(self)
        operation = route.operations[request.method]
        call = Call(
            request=request,
            params=params,
            given=operation.takes.fields(_given(request)),
            on_behalf=acting_for(self, request),
            request_id=request_id,
        )
        response, began = self._handled(operation, call)
        if key is not None and began:
            response.headers["Request-Id"] = request_id
            remember(self, key, request, response)
        return response

    def _handled(self, operation: Operation, call: Call) -> tuple[Response, bool]:
        """Returns the answer, and whether the call was carried out; else it changes nothing."""
        try:
            with self.tables.all_or_nothing():
                body = operation.handler(self, call).body
                if isinstance(body, bytes):
                    return Response(body, content_type="application/octet-stream"), True
                body = expanded(body, call.given.get("expand", ()), self._lookups(call))
                return _written(body, 200), True
        except RefusedError as refused:
            return self._problem(refused.problem, call.request_id), refused.problem.began

    def _lookups(self, call: Call) -> dict[str, Any]:
        def account(id: str) -> dict[str, Any] | None:
            row = self.tables.get(ACCOUNTS, id)
            return None if row is None else account_view(self, row)

        def file(id: str) -> dict[str, Any] | None:
            row = self.tables.get(FILES, id)
            return None if row is None else files.shown(self, row)

        return {"acct": account, "file": file}

    def _problem(self, problem: Problem, request_id: str) -> Response:
        response = _written(problem.body(request_id), problem.status)
        response.headers["Request-Id"] = request_id
        retry = problem.retry if self.should_retry is None else self.should_retry
        if retry is not None:
            response.headers["Stripe-Should-Retry"] = str(retry).lower()
        return response

    def _keep_sending(self) -> None:
        """Starts the thread that sends notifications, once; it ends with the simulator."""
        with self._lock:
            if self._sender is None:
                target = weakref.ref(self)
                self._sender = threading.Thread(target=_send, args=(target,), daemon=True)
                self._sender.start()


def masked(path: str) -> str:
    """Returns a path with its token masked."""
    return _SECRETS.sub(r"\1/***", path)


def _given(request: Request) -> Nested:
    """Returns the parameters of a call: the query, and for a POST the form."""
    try:
        pairs = list(request.args.items(multi=True))
        if request.method != "POST":
            return read_pairs(pairs)
        if request.mimetype == "multipart/form-data":
            return read_pairs((*pairs, *request.form.items(multi=True)))
        body = request.get_data().decode()
        form = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except (ValueError, HTTPException):
        raise invalid(None, "Invalid request: the body is not a form") from None
    return read_pairs((*pairs, *form))


def _written(body: object, status: int) -> Response:
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return Response(text, status=status, content_type="application/json")


def _send(target: weakref.ref[StripeSimulator]) -> None:
    """Sends due notifications in rounds until the simulator is freed."""
    pause = threading.Event()
    while True:
        simulator = target()
        if simulator is None:
            return
        if simulator.send_events:
            simulator.deliver_events()
        del simulator
        pause.wait(PAUSE)
