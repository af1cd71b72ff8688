"""The simulator as a WSGI application."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from attrs import define, evolve, field
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared.simulator import Front, LoggedRequest, Simulator

from . import answers, limits, routes
from .answers import STATUSES, ApiError, CountedError
from .callers import Caller, Signed, identify, parameters
from .calls import Call, captcha
from .desk import Desk
from .openapi import described
from .people import People
from .routes import Route

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_log = logging.getLogger(__name__)

# secrets in paths: a token to be activated, the key of a session
_KEYS = re.compile(r"(?<=/oauth/v1/tokens/)[^/]+|(?<=/oauth/)(?!v1/)[^/?\s]+")
# the keys whose vocabularies have grown, or whose sources do not list them
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
class PayseraSimulator(Simulator, Desk):
    """Simulates Paysera's user resource; its fields are its settings.

    It keeps its state in memory or in a file, and is safe to call from many threads.
    """

    _answered: int = field(init=False, default=0, repr=False)
    _front: Front = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        Desk.__attrs_post_init__(self)
        self._front = self._front_with(
            lambda me: People(me, self._store),
            words=WORDS,
            actions=ACTIONS,
            masked=masked,
            described=described,
        )

    def _stamp(self, response: Response) -> None:
        with self._lock:
            self._answered += 1
            response.headers["paysera-correlation-id"] = f"{self._answered:032x}"

    def _refuse(self, request: Request, status: int | None, code: str | None) -> Response:
        known = (word for word, number in STATUSES.items() if number == status)
        error = ApiError(
            code or next(known, "internal_server_error"),
            "The simulator was told to.",
            status=status or (None if code else 500),
        )
        if error.status == STATUSES["rate_limit_exceeded"]:
            error.headers.update(captcha(self, _origin(request), "requests"))
        return answers.refusal(error)

    def _respond(self, request: Request) -> Response:
        target = raw_target(request.environ)
        path, chosen = masked(target.partition("?")[0]), parameters(request.headers)
        with self._lock:
            response = self._answer(request, target, request.get_data())
            self._front.log.append(
                LoggedRequest(request.method, path, response.status_code, chosen)
            )
        return response

    def _answer(self, request: Request, target: str, body: bytes) -> Response:
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
            # not the message of the exception, which may contain data of the caller
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
        with self._store.all_or_nothing():  # a refused call changes nothing
            try:
                return answers.answer(route.operation(call))
            except CountedError as counted:
                return answers.refusal(counted)


def masked(path: str) -> str:
    """Returns a path with its secrets masked."""
    return _KEYS.sub("***", path)


def _origin(request: Request) -> str:
    return f"{request.scheme}://{request.headers.get('Host', '')}"


def raw_target(environ: WSGIEnvironment) -> str:
    """Returns the request target as it was sent, if the server keeps it.

    Otherwise, since WSGI does not require it, the decoded path is quoted again; the result differs
    if the client used another quoting.
    """
    target: str | None = environ.get("REQUEST_URI")
    if target:
        return target
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    return quote(path, encoding="latin-1") + (f"?{query}" if query else "")
