"""The simulator of Paysera's Wallet API as a WSGI application."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from attrs import define, evolve, field, frozen
from werkzeug.wrappers import Request, Response

from . import answers, routes
from .body import read_body
from .callers import Caller, Signed, identify
from .calls import Call
from .contacts import code_sent
from .errors import ApiError
from .settings import Settings
from .state import Account, Channel, Store, Token
from .vocabulary import base_scopes, offline_scopes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger(__name__)


@frozen
class LoggedRequest:
    """One request as it may be shown: no query, no header, no body."""

    method: str
    path: str
    status: int


@define(kw_only=True, eq=False)
class PayseraSimulator(Settings):
    """Behaves like Paysera's user resource; its fields are its settings.

    It is a WSGI callable, keeps its state in memory and may be called from many threads.
    """

    _store: Store = field(init=False, factory=Store, repr=False)
    _requests: list[LoggedRequest] = field(init=False, factory=list[LoggedRequest], repr=False)
    _answered: int = field(init=False, default=0, repr=False)
    _lock: threading.RLock = field(init=False, factory=threading.RLock, repr=False)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data()  # always, or what is left unread spoils the next request
        target = raw_target(environ)
        with self._lock:
            response = self._respond(request, target, body)
            self._answered += 1
            response.headers["paysera-correlation-id"] = f"{self._answered:032x}"
            path = target.partition("?")[0]
            self._requests.append(LoggedRequest(request.method, path, response.status_code))
        return response(environ, start_response)

    @property
    def log(self) -> list[LoggedRequest]:
        """The requests answered so far, oldest first: a copy."""
        with self._lock:
            return list(self._requests)

    def clear_log(self) -> None:
        with self._lock:
            self._requests.clear()

    def issue_token(self, user_id: int, scopes: Iterable[str] = ()) -> Token:
        """Gives the token that the client would get when the user consents to these scopes.

        A scope `X_offline` also lets client credentials alone read X of this user from now on.
        """
        scopes = tuple(scopes)
        with self._lock:
            account = self._account(user_id)
            number = self._store.token_count() + 1
            lifetime = self.token_lifetime
            token = Token(
                access_token=self._derived(f"token {number}")[:20],
                mac_key=self._derived(f"key {number}")[:32],
                user_id=user_id,
                scopes=base_scopes(scopes),
                expires_at=None if lifetime is None else self.clock() + lifetime,
            )
            self._store.put_token(token)
            offline = account.offline_scopes | offline_scopes(scopes)
            self._store.put(evolve(account, offline_scopes=offline))
        return token

    def code_for(self, user_id: int, channel: Channel) -> str:
        """The code that the user was sent last; raises `LookupError` if none is awaited."""
        with self._lock:
            code = code_sent(self._account(user_id), channel, self)
        if code is None:
            raise LookupError(f"user {user_id} has no {channel} to confirm")
        return code

    def set_level(
        self, user_id: int, identification_level: str, calculated_level: str | None = None
    ) -> None:
        """Does what Paysera's review team does; any level is taken, for the enum has grown."""
        with self._lock:
            account = evolve(
                self._account(user_id),
                identification_level=identification_level,
                calculated_level=calculated_level or identification_level,
            )
            self._store.put(account)

    def _account(self, user_id: int) -> Account:
        account = self._store.account(user_id)
        if account is None:
            raise LookupError(f"there is no user {user_id}")
        return account

    def _derived(self, purpose: str) -> str:
        return hashlib.sha256(f"{self.seed}\n{purpose}".encode()).hexdigest()

    def _respond(self, request: Request, target: str, body: bytes) -> Response:
        try:
            if not answers.acceptable(request):
                return answers.not_acceptable()
            return answers.answer(self._perform(request, target, body))
        except ApiError as error:
            return answers.refusal(error)
        except Exception as error:
            # Not the exception itself: its text could hold what the caller sent.
            _log.error("the simulator failed: %s", type(error).__name__)
            return answers.refusal(ApiError("internal_server_error", "The simulator failed."))

    def _perform(self, request: Request, target: str, body: bytes) -> Any:
        route, parts = routes.find(request.method, request.path, self)
        caller = Caller()
        if not route.public:
            signed = Signed(
                authorization=request.headers.get("Authorization"),
                method=request.method,
                target=target,
                host=request.headers.get("Host", ""),
                body=body,
            )
            caller = identify(signed, self, self._store)
        call = Call(
            settings=self,
            store=self._store,
            caller=caller,
            user_id=parts.get("user", ""),
            field_name=parts.get("field", ""),
            query=parse_qsl(target.partition("?")[2], keep_blank_values=True),
        )
        if route.permission is not None:
            call.require(route.permission)
        if route.form is not None:
            answers.check_content_type(request, body)
            strict = self.refuse_unknown_keys
            read = read_body(body, route.form(self), refuse_unknown_keys=strict)
            call = evolve(call, body=read)
        return route.operation(call)


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
