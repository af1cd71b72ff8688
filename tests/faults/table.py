"""The table of expected outcomes: each fault at each kind of request, written before any run.

`docs/reference/faults.md` shows it; `test_matrix.py` compares drivers and providers with it.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen
from onboarding import (
    Outcome,
    OutcomeUnknown,
    RateLimited,
    TransportError,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)

__all__ = ["ATTEMPTS", "EXPECTED", "LASTING", "Ends", "Fault", "Kind"]


class Kind(StrEnum):
    """The kinds of request that a fault can meet."""

    READ = "read"
    KEYED = "write with a key"
    UNKEYED = "write without a key"


class Fault(StrEnum):
    """The faults, by what the client sees of them; "after" ones happen after the commit."""

    RATE_LIMIT_TOLD = "429 with Retry-After"
    RATE_LIMIT = "429 without Retry-After"
    RATE_LIMIT_LONG = "429 with a Retry-After of an hour"
    ERROR_BEFORE = "500 before the commit"
    ERROR_AFTER = "500 after the commit"
    BAD_GATEWAY_BEFORE = "HTML 502 before the commit"
    BAD_GATEWAY_AFTER = "HTML 502 after the commit"
    EMPTY = "empty 200"
    TRUNCATED = "truncated body"
    WRONG_TYPE = "200 with a JSON text"
    MALFORMED = "malformed headers"
    SLOW = "no answer until the deadline"
    DRIP = "a byte now and then until the deadline"
    DROP_BEFORE = "dropped before the commit"
    DROP_AFTER = "dropped after the commit"
    BOMB = "decompression bomb"
    DEEP = "JSON of 100,000 levels"
    REDIRECT = "redirect to another host"
    EXPIRED_TOKEN = "expired token"
    SKEWED_CLOCK = "skewed clock"
    REFUSED_LOGIN = "refused login or signature"


@frozen
class Ends:
    """How a call ends: with its result, or with an error and an outcome.

    `requests` is how often the request of the fault is sent: a second time for a retry.
    """

    error: type[Exception] | None = None
    outcome: Outcome | None = None
    requests: int = 1

    def __str__(self) -> str:
        sent = ("sent once", "sent twice")[self.requests - 1 :]
        count = sent[0] if sent else f"sent {self.requests} times"
        if self.error is None:
            return f"result ({count})"
        return f"`{self.error.__name__}`, {self.outcome} ({count})"


_RETRIED = Ends(requests=2)
ATTEMPTS = 3
"""How often the tests let a request be sent that meets its fault each time."""


def _fails(error: type[Exception], outcome: Outcome) -> Ends:
    return Ends(error, outcome)


_DONE, _NOT, _UNKNOWN = Outcome.DONE, Outcome.NOT_DONE, Outcome.UNKNOWN

_ANY_RETRIED = dict.fromkeys(Kind, _RETRIED)


def _unsafe(error: type[Exception]) -> dict[Kind, Ends]:
    """A fault after which only a read and a write with a key are sent again."""
    return _ANY_RETRIED | {Kind.UNKEYED: _fails(error, _UNKNOWN)}


def _unreadable() -> dict[Kind, Ends]:
    """A whole answer without its documented shape: a retry would show the same."""
    return {
        Kind.READ: _fails(UnexpectedResponse, _NOT),
        Kind.KEYED: _fails(UnexpectedResponse, _UNKNOWN),
        Kind.UNKEYED: _fails(UnexpectedResponse, _UNKNOWN),
    }


def _out_of_time() -> dict[Kind, Ends]:
    return {
        Kind.READ: _fails(TransportError, _NOT),
        Kind.KEYED: _fails(OutcomeUnknown, _UNKNOWN),
        Kind.UNKEYED: _fails(OutcomeUnknown, _UNKNOWN),
    }


EXPECTED: dict[Fault, dict[Kind, Ends]] = {
    Fault.RATE_LIMIT_TOLD: _ANY_RETRIED,
    Fault.RATE_LIMIT: _ANY_RETRIED,
    Fault.RATE_LIMIT_LONG: dict.fromkeys(Kind, _fails(RateLimited, _NOT)),
    Fault.ERROR_BEFORE: _unsafe(Unavailable),
    Fault.ERROR_AFTER: _unsafe(Unavailable),
    Fault.BAD_GATEWAY_BEFORE: _unsafe(Unavailable),
    Fault.BAD_GATEWAY_AFTER: _unsafe(Unavailable),
    Fault.EMPTY: _unreadable(),
    Fault.TRUNCATED: _unsafe(OutcomeUnknown),
    Fault.WRONG_TYPE: _unreadable(),
    Fault.MALFORMED: _unsafe(OutcomeUnknown),
    Fault.SLOW: _out_of_time(),
    Fault.DRIP: _out_of_time(),
    Fault.DROP_BEFORE: _unsafe(OutcomeUnknown),
    Fault.DROP_AFTER: _unsafe(OutcomeUnknown),
    Fault.BOMB: _unsafe(OutcomeUnknown),
    Fault.DEEP: _unreadable(),
    Fault.REDIRECT: _unreadable(),
    Fault.EXPIRED_TOKEN: _ANY_RETRIED,
    Fault.SKEWED_CLOCK: _ANY_RETRIED,
    Fault.REFUSED_LOGIN: dict.fromkeys(Kind, _fails(Unauthorized, _NOT)),
}
"""How a call ends whose request meets a fault once. A refused login is refused every time."""


def _lasts(read: type[Exception], keyed: type[Exception], unkeyed: Ends) -> dict[Kind, Ends]:
    return {
        Kind.READ: Ends(read, _NOT, ATTEMPTS),
        Kind.KEYED: Ends(keyed, _UNKNOWN, ATTEMPTS),
        Kind.UNKEYED: unkeyed,
    }


def _lasting(fault: Fault, ends: dict[Kind, Ends]) -> dict[Kind, Ends]:
    unkeyed = ends[Kind.UNKEYED]
    match fault:
        case Fault.RATE_LIMIT_TOLD | Fault.RATE_LIMIT:
            return dict.fromkeys(Kind, Ends(RateLimited, _NOT, ATTEMPTS))
        case Fault.EXPIRED_TOKEN | Fault.SKEWED_CLOCK:
            return dict.fromkeys(Kind, Ends(Unauthorized, _NOT, 2))
        case _ if unkeyed.error is Unavailable:
            return _lasts(Unavailable, Unavailable, unkeyed)
        case _ if ends[Kind.READ] is _RETRIED:
            return _lasts(TransportError, OutcomeUnknown, unkeyed)
        case _:
            return ends


LASTING = {fault: _lasting(fault, ends) for fault, ends in EXPECTED.items()}
"""How a call ends whose request meets the fault each time, with three attempts."""
