"""The simulator of Paysera's Wallet API as a WSGI application."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, quote

from attrs import define, evolve, field
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared import Control, Exchanges, Fault, Mask, Misbehaviour, actions_of
from onboarding_simulators.shared.desk import PREFIX, DeskSite
from onboarding_simulators.shared.openapi import served

from . import answers, limits, routes
from .callers import Caller, Signed, identify, parameters
from .calls import Call, captcha
from .desk import Desk
from .errors import STATUSES, ApiError, CountedError
from .logged import LoggedRequest, masked
from .openapi import described
from .people import People
from .routes import Route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger(__name__)


# The keys whose values are words of a vocabulary: each has grown, or its source is silent.
WORDS = frozenset(
    (
        "identification_level", "calculated_level", "type", "status", "review_status",
        "relation_status", "provider", "service",
    )
)  # fmt: skip
ACTIONS = (
    "issue_token", "consent", "revoke_consent", "code_for", "credentials_of", "receipt_due",
    "contacts_in", "documents_of", "set_pep", "set_company", "add_wallet", "enable_service",
    "set_level", "accept_identity", "accept_document", "refuse_document", "begin_review",
    "accept_request", "refuse_request",
)  # fmt: skip


@define(kw_only=True, eq=False)
class PayseraSimulator(Desk):
    """Behaves like Paysera's user resource; its fields are its settings.

    It is a WSGI callable, keeps its state in memory or in a file, and may be called from many
    threads.
    """

    desk_path: ClassVar[str] = PREFIX
    """Where people look after it."""
    _requests: list[LoggedRequest] = field(init=False, factory=list[LoggedRequest], repr=False)
    _answered: int = field(init=False, default=0, repr=False)
    _faults: Misbehaviour = field(init=False, repr=False)
    _control: Control = field(init=False, repr=False)
    _exchanges: Exchanges = field(init=False, repr=False)
    _site: DeskSite = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        Desk.__attrs_post_init__(self)
        me: Any = weakref.proxy(self)  # no cycle: a simulator that nobody holds is gone at once
        self._faults = Misbehaviour(
            WORDS, lambda request, status, code: me._demanded(request, status, code)
        )
        self._control = Control(self._faults, self.clock, actions_of(self, ACTIONS))
        self._exchanges = Exchanges(Mask(masked))
        people = People(me, self._store)
        self._site = DeskSite(people, self._faults, self.clock, self._exchanges, self._lock)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()  # always, or what is left unread spoils the next request
        response = self._control.answer(request) or self._site.answer(request)
        response = response or served(request, described)
        if response is None:
            response = self._noted(request)
        return response(environ, start_response)

    @property
    def log(self) -> list[LoggedRequest]:
        """The requests answered so far, oldest first: a copy."""
        with self._lock:
            return list(self._requests)

    def clear_log(self) -> None:
        with self._lock:
            self._requests.clear()

    def misbehave(self, *, kind: str, route: str = "*", **options: Any) -> None:
        """Sets a fault, with the fields of `onboarding_simulators.shared.Fault`."""
        self._faults.add(Fault(kind=kind, route=route, **options))

    def behave(self) -> None:
        """Takes all faults back."""
        self._faults.clear()

    def _noted(self, request: Request) -> Response:
        try:
            response = self._faults.around(request, lambda: self._logged(request))
        except ConnectionResetError:
            self._exchanges.note(request, None)
            raise
        response.headers["paysera-correlation-id"] = f"{self._number():032x}"
        self._exchanges.note(request, response)
        return response

    def _number(self) -> int:
        with self._lock:
            self._answered += 1
            return self._answered

    def _demanded(self, request: Request, status: int | None, code: str | None) -> Response:
        """Any error of Paysera's: by its code, or by a status, else a failure of its own."""
        known = (word for word, number in STATUSES.items() if number == status)
        error = ApiError(
            code or next(known, "internal_server_error"),
            "The simulator was told to.",
            status=status or (None if code else 500),
        )
        if error.status == STATUSES["rate_limit_exceeded"]:
            error.headers.update(captcha(self, _origin(request), "requests"))
        return answers.refusal(error)

    def _logged(self, request: Request) -> Response:
        target = raw_target(request.environ)
        path, chosen = masked(target.partition("?")[0]), parameters(request.headers)
        with self._lock:
            response = self._respond(request, target, request.get_data())
            seen = LoggedRequest(request.method, path, response.status_code, chosen)
            self._requests.append(seen)
        return response

    def _respond(self, request: Request, target: str, body: bytes) -> Response:
        acceptable = answers.acceptable(request)
        try:
            route, parts = routes.find(request.method, request.path, self)
            acceptable = acceptable or not route.json
            if not acceptable:
                return answers.not_acceptable()
            call = self._call(request, target, body, route, parts)
            return self._perform(call, request, body, route)
        except ApiError as error:
            return answers.refusal(error) if acceptable else answers.not_acceptable()
        except Exception as error:
            # Not the exception itself: its text could hold what the caller sent.
            _log.error("the simulator failed: %s", type(error).__name__)
            return answers.refusal(ApiError("internal_server_error", "The simulator failed."))

    def _call(
        self, request: Request, target: str, body: bytes, route: Route, parts: Mapping[str, str]
    ) -> Call:
        caller = Caller()
        if not route.public:
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
            parts=parts,
            query=parse_qsl(target.partition("?")[2], keep_blank_values=True),
            origin=_origin(request),
            target=target,
            header=request.headers,
        )

    def _perform(self, call: Call, request: Request, body: bytes, route: Route) -> Response:
        if not route.public:
            limits.count(call)
        if route.permission is not None:
            call.require(route.permission)
        if route.takes is not None:
            call = evolve(call, body=route.takes(self, request.mimetype, body))
        with self._store.all_or_nothing():  # a call that is refused changes nothing
            try:
                return answers.answer(route.operation(call))
            except CountedError as counted:
                return answers.refusal(counted)


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
