"""What can stop one request: each fault with what it leaves of it."""

from __future__ import annotations

import json
from collections.abc import Callable

from attrs import define, evolve, field, frozen
from onboarding import Outcome, OutcomeUnknown, TransportError
from onboarding.spi import Request, Response
from onboarding.testing.paper import Answer

__all__ = ["FAULTS", "Fault", "Faulty"]


@frozen
class Fault:
    """One fault: what becomes of a request, and what the library may know of it."""

    name: str
    outcome: Outcome
    carried_out: bool
    happens: Callable[[Response | None], Response] = field(repr=False)
    """Gives what arrives in place of the answer, which is None unless it was carried out."""


def _raises(error: Exception) -> Callable[[Response | None], Response]:
    def happens(_: Response | None) -> Response:
        raise error

    return happens


def _answers(status: int, body: bytes = b"", **headers: str) -> Callable[..., Response]:
    answer = Response(status=status, headers=headers, body=body)

    def happens(_: Response | None) -> Response:
        return answer

    return happens


def _refuses(status: int, code: str) -> Callable[..., Response]:
    return _answers(status, json.dumps({"error": code}).encode())


def _truncated(answer: Response | None) -> Response:
    assert answer is not None
    return evolve(answer, body=answer.body[: len(answer.body) // 2] or b"{")


_HTML = b"<html><title>502 Bad Gateway</title></html>"
_NOT_DONE, _UNKNOWN = Outcome.NOT_DONE, Outcome.UNKNOWN

FAULTS = {
    fault.name: fault
    for fault in (
        Fault("not sent", _NOT_DONE, False, _raises(TransportError("refused"))),
        Fault("drop_before", _UNKNOWN, False, _raises(OutcomeUnknown("dropped"))),
        Fault("drop_after", _UNKNOWN, True, _raises(OutcomeUnknown("dropped"))),
        Fault("500", _UNKNOWN, False, _refuses(500, "internal_server_error")),
        Fault("500 after", _UNKNOWN, True, _refuses(500, "internal_server_error")),
        Fault("502", _UNKNOWN, False, _answers(502, _HTML)),
        Fault("502 after", _UNKNOWN, True, _answers(502, _HTML)),
        Fault("302", _UNKNOWN, False, _answers(302, Location="https://elsewhere.example/")),
        Fault("400", _NOT_DONE, False, _refuses(400, "invalid_parameters")),
        Fault("401", _NOT_DONE, False, _refuses(401, "unauthorized")),
        Fault("403", _NOT_DONE, False, _refuses(403, "forbidden")),
        Fault("404", _NOT_DONE, False, _refuses(404, "not_found")),
        Fault("409", _NOT_DONE, False, _refuses(409, "invalid_state")),
        Fault("429", _NOT_DONE, False, _refuses(429, "rate_limit_exceeded")),
        Fault("truncated", _UNKNOWN, True, _truncated),
        Fault("HTML", _UNKNOWN, True, _answers(200, _HTML)),
    )
}
"""Each fault by its name; `after` ones happen after the request was carried out."""


@define
class Faulty:
    """A provider whose requests of one operation meet a fault; it counts what arrives there."""

    answer: Answer
    operation: str
    fault: Fault
    arrived: int = 0

    def __call__(self, request: Request) -> Response:
        if request.operation != self.operation:
            return self.answer(request)
        self.arrived += 1
        return self.fault.happens(self.answer(request) if self.fault.carried_out else None)
