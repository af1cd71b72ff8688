"""A line to a simulator, in-process, that breaks once: at a chosen request, by a chosen fault."""

from __future__ import annotations

import json
from collections.abc import Callable

from attrs import define, evolve, field
from onboarding import OutcomeUnknown, Secret, TransportError
from onboarding.spi import Request, Response
from onboarding.testing.paper import PaperGateway, paper

from onboarding_mangopay import MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.mangopay.state import StoredResponse
from onboarding_simulators.shared import VirtualClock

from .stage import START

Answer = Callable[[Request], Response]


def no(status: int, type: str = "other") -> Response:
    """An error of MangoPay's in its own words."""
    body = {"Message": "An error occurred", "Type": type, "Id": "e", "Date": 1, "errors": None}
    return Response(status=status, body=json.dumps(body).encode())


def _lost(*_: object) -> Response:
    raise OutcomeUnknown("the connection was closed")


def _unsent(*_: object) -> Response:
    raise TransportError("no connection was made")


def _after(answer: Answer, request: Request, instead: Callable[[Response], Response]) -> Response:
    return instead(answer(request))


def _half(response: Response) -> Response:
    return evolve(response, body=response.body[: len(response.body) // 2])


def _html(response: Response) -> Response:
    return evolve(response, body=b"<html><body>Welcome</body></html>")


FAULTS: dict[str, Callable[[Answer, Request], Response]] = {
    "not sent": lambda answer, request: _unsent(),
    "dropped before": lambda answer, request: _lost(),
    "dropped after": lambda answer, request: _after(answer, request, _lost),
    "503 before": lambda answer, request: no(503),
    "503 after": lambda answer, request: _after(answer, request, lambda _: no(503)),
    "429": lambda answer, request: no(429, "rate_limit"),
    "400": lambda answer, request: no(400),
    "403": lambda answer, request: no(403, "forbidden_ressource"),
    "404": lambda answer, request: no(404, "ressource_not_found"),
    "401": lambda answer, request: no(401),
    "truncated": lambda answer, request: _after(answer, request, _half),
    "HTML 200": lambda answer, request: _after(answer, request, _html),
    "307": lambda answer, request: Response(status=307),
    "HTML 502": lambda answer, request: Response(status=502, body=b"<html>Bad Gateway</html>"),
    "login 401": lambda answer, request: no(401),
    "login 503": lambda answer, request: no(401),
}
"""What becomes of one request; of those after a refused token, see `Line`."""

SPENDING = ("500 kept before", "500 kept after")
"""Failures of MangoPay's own: the request's idempotency key is spent by a 500 that it keeps."""


@define(eq=False)
class Line:
    """A function from requests to answers. Logins are not counted."""

    sim: MangoPaySimulator
    fault: str = ""
    at: int = -1
    answer: Answer = field(init=False)
    count: int = 0
    broke: bool = False
    _again: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.answer = paper(self.sim)

    def __call__(self, request: Request) -> Response:
        if request.operation == "login":
            if self._again and self.fault.startswith("login"):
                self._again = False
                return no(int(self.fault.split()[1]), "invalid_credentials")
            return self.answer(request)
        if self._again:  # the same request with a new token, which is refused as well
            self._again = False
            return no(401)
        number, self.count = self.count, self.count + 1
        if number != self.at:
            return self.answer(request)
        self.broke = True
        if self.fault in SPENDING:
            return self._spent(request)
        self._again = "401" in self.fault or self.fault.startswith("login")
        return FAULTS[self.fault](self.answer, request)

    def _spent(self, request: Request) -> Response:
        """Fails with a 500 that is kept under the request's idempotency key, if it has one."""
        key = request.headers.get("Idempotency-Key")
        if self.fault.endswith("after"):
            self.answer(request)
        if key is not None:
            kept = StoredResponse(
                made=self.sim.clock(), status=500, content_type="", url=request.url, body="{}"
            )
            self.sim.store.save_response(key, kept)
        return no(500)


def simulator() -> MangoPaySimulator:
    clock = VirtualClock(START)
    return MangoPaySimulator(client_id="acme", api_key="key", clock=clock)


def gateway(sim: MangoPaySimulator, fault: str = "", at: int = -1) -> PaperGateway[MangoPay]:
    """A gateway of its own, as another process would make it, whose line breaks at a request."""
    adapter = MangoPay(
        client_id="acme", api_key=Secret("key"), base_url="http://127.0.0.1:1", name="fr"
    )
    return PaperGateway(adapter, Line(sim, fault, at))


def line_of(gateway: PaperGateway[MangoPay]) -> Line:
    assert isinstance(gateway.answer, Line)
    return gateway.answer
