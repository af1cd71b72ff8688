"""The WSGI application that is the same for every simulated provider."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterable
from threading import RLock
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import field, frozen
from werkzeug.wrappers import Request, Response

from .control import Control, actions_of
from .desk import PREFIX, Clerk, DeskSite
from .exchanges import Exchanges, Mask
from .misbehaviour import Fault, Misbehaviour
from .openapi import Json, served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Front", "LoggedRequest", "Simulator"]


@frozen
class LoggedRequest:
    """One request, without its query, headers, body and the secrets in its path.

    `parameters` are those that choose an account of the client, if the provider has any.
    """

    method: str
    path: str
    status: int
    parameters: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True, eq=False, repr=False)
class Front:
    """The parts of a simulator outside its API."""

    faults: Misbehaviour
    control: Control
    exchanges: Exchanges
    site: DeskSite
    described: Callable[[], Json]
    """Returns the OpenAPI document."""
    log: list[LoggedRequest] = field(factory=list[LoggedRequest])


class Simulator:
    """A WSGI application, safe to call from many threads.

    A subclass stores the `Front` that `_front_with` returns, and defines `_respond` and `_refuse`.
    """

    __slots__ = ()

    desk_path: ClassVar[str] = PREFIX
    """The path of the desk."""
    clock: Callable[[], float]
    _lock: RLock
    _front: Front

    @property
    def log(self) -> list[LoggedRequest]:
        """The requests answered so far, oldest first, as a copy."""
        with self._lock:
            return list(self._front.log)

    def clear_log(self) -> None:
        """Clears the log; users and all other state stay."""
        with self._lock:
            self._front.log.clear()

    def misbehave(self, *, kind: str, route: str = "*", **options: Any) -> None:
        """Sets a fault, with the fields of `onboarding_simulators.shared.Fault`."""
        self._front.faults.add(Fault(kind=kind, route=route, **options))

    def behave(self) -> None:
        """Clears all faults."""
        self._front.faults.clear()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()  # unread bytes would corrupt the next request on a kept connection
        front = self._front
        response = (
            front.control.answer(request)
            or front.site.answer(request)
            or served(request, front.described)
            or self._page(request)
            or self._exchanged(request)
        )
        return response(environ, start_response)

    def _front_with(
        self,
        clerk: Callable[[Any], Clerk],
        *,
        words: Collection[str],
        actions: Iterable[str],
        masked: Callable[[str], str],
        described: Callable[[], Json],
    ) -> Front:
        """Returns the parts, which reference the simulator weakly.

        `clerk` makes the desk's clerk from a weak proxy of the simulator. `words` are the keys
        whose values are words of a vocabulary, `actions` the methods that another process may call.
        `masked` removes the secrets from a path.
        """
        me: Any = weakref.proxy(self)  # no reference cycle: an unused simulator is freed at once
        faults = Misbehaviour(
            words, lambda request, status, code: me._refuse(request, status, code)
        )
        exchanges = Exchanges(Mask(masked))
        return Front(
            faults=faults,
            control=Control(faults, self.clock, actions_of(self, actions)),
            exchanges=exchanges,
            site=DeskSite(clerk(me), faults, self.clock, exchanges, self._lock),
            described=described,
        )

    def _exchanged(self, request: Request) -> Response:
        """Returns the answer, or what a fault makes of it, and records the exchange."""
        front = self._front
        try:
            response = front.faults.around(request, lambda: self._respond(request))
        except ConnectionResetError:
            front.exchanges.note(request, None)
            raise
        self._stamp(response)
        front.exchanges.note(request, response)
        return response

    def _respond(self, request: Request) -> Response:
        """Answers a call of the API and logs it."""
        raise NotImplementedError

    def _refuse(self, request: Request, status: int | None, code: str | None) -> Response:
        """Returns an error of the provider by its status, its code, both, or neither for a 500."""
        raise NotImplementedError

    def _page(self, request: Request) -> Response | None:
        """Returns a page outside the API, or None."""
        return None

    def _stamp(self, response: Response) -> None:
        """Adds the headers that every answer has, also the answer of a fault."""
