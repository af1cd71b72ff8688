"""Faults on demand: what a provider's servers, proxies and networks do on a bad day."""

from __future__ import annotations

import errno
import json
import random
import time
from collections.abc import Callable, Collection
from email.utils import formatdate
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any, NoReturn, cast

from attrs import define, field, frozen, validators
from werkzeug.wrappers import Request, Response

__all__ = ["KINDS", "Fault", "Misbehaviour"]

KINDS = {
    "rate_limit": "429 in the provider's own words; with `seconds`, a Retry-After",
    "error": "500 in the provider's own words, or another `status` or `code` of its errors",
    "bad_gateway": "502 as a proxy's HTML page",
    "empty": "the call is carried out, the answer has no body",
    "truncated": "the call is carried out, half of the body is missing",
    "slow": "the call is carried out, the answer comes `seconds` later",
    "drop_before": "the connection ends, nothing was carried out",
    "drop_after": "the connection ends after the call was carried out",
    "unknown": "every object has one more key, every known word is a new one",
    "skew": "the Date header is `seconds` ahead",
}
"""Each kind of fault with what it does."""

NEW_KEY, NEW_WORD = "AddedLater", "ADDED_LATER"
_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"

Answer = Callable[[], Response]
Refuse = Callable[[Request, int | None, str | None], Response]
"""Words an error as the provider would, from its status, its code, both, or neither for a 500."""


@frozen(kw_only=True)
class Fault:
    """One fault, for the calls it is meant for.

    `route` is a pattern as of a shell, matched without regard to case against the path, or
    against `METHOD path` if it holds a blank. `times` is how often it happens, without end if
    None; `probability` is its chance for each such call, drawn from `seed`. `status` and `code`
    are those of an `error`.
    """

    kind: str = field(validator=validators.in_(KINDS))
    route: str = "*"
    times: int | None = field(default=None, validator=validators.optional(validators.ge(1)))
    probability: float = field(default=1.0, validator=[validators.ge(0), validators.le(1)])
    seed: int = 0
    seconds: float | None = None
    status: int | None = field(
        default=None, validator=validators.optional([validators.ge(400), validators.lt(600)])
    )
    code: str | None = None

    def meets(self, method: str, path: str) -> bool:
        """Whether a call is one of those it is meant for."""
        pattern = self.route.lower()
        target = f"{method} {path}" if " " in pattern else path
        return fnmatchcase(target.lower(), pattern)


@define(eq=False)
class _Armed:
    fault: Fault
    left: int | None
    chance: random.Random

    def fires(self, method: str, path: str) -> bool:
        if self.left == 0 or not self.fault.meets(method, path):
            return False
        if self.chance.random() >= self.fault.probability:
            return False
        if self.left is not None:
            self.left -= 1
        return True


@define(eq=False)
class Misbehaviour:
    """The faults that are set, around the answers of a simulator.

    `words` are the keys whose values are words of a vocabulary; `refuse` words a refusal.
    """

    words: Collection[str]
    refuse: Refuse
    _armed: list[_Armed] = field(factory=list[_Armed], init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    @property
    def faults(self) -> list[Fault]:
        """The faults that may still happen."""
        with self._lock:
            return [each.fault for each in self._armed if each.left != 0]

    def add(self, fault: Fault) -> None:
        """Sets a fault; of several that meet a call, the first one set happens."""
        chance = random.Random(fault.seed)  # noqa: S311 - the same faults each run, no secret
        with self._lock:
            self._armed.append(_Armed(fault, fault.times, chance))

    def clear(self) -> None:
        """Takes all faults back."""
        with self._lock:
            self._armed.clear()

    def around(self, request: Request, answer: Answer) -> Response:
        """Gives the answer, or what a fault makes of it; a drop raises ConnectionResetError."""
        with self._lock:
            met = (each.fault for each in self._armed if each.fires(request.method, request.path))
            fault = next(met, None)
        if fault is None:
            return answer()
        before = self._before(fault, request)
        return before if before is not None else self._after(fault, answer())

    def _before(self, fault: Fault, request: Request) -> Response | None:
        match fault.kind:
            case "rate_limit":
                refusal = self.refuse(request, 429, None)
                if fault.seconds is not None:
                    refusal.headers["Retry-After"] = str(round(fault.seconds))
                return refusal
            case "error":
                return self.refuse(request, fault.status, fault.code)
            case "bad_gateway":
                return Response(_GATEWAY, status=502, content_type="text/html")
            case "drop_before":
                _drop()
            case _:
                return None

    def _after(self, fault: Fault, response: Response) -> Response:
        seconds = 1.0 if fault.seconds is None else fault.seconds
        match fault.kind:
            case "empty":
                response.set_data(b"")
            case "truncated":
                body = response.get_data()
                response.set_data(body[: len(body) // 2])
            case "slow":
                time.sleep(seconds)
            case "drop_after":
                _drop()
            case "skew":
                response.headers["Date"] = formatdate(time.time() + seconds, usegmt=True)
            case _:
                self._change_words(response)
        return response

    def _change_words(self, response: Response) -> None:
        if response.status_code < 300 and response.mimetype == "application/json":
            shown = self._changed(json.loads(response.get_data()))
            response.set_data(json.dumps(shown, ensure_ascii=False))

    def _changed(self, shown: object) -> object:
        if isinstance(shown, list):
            return [self._changed(each) for each in cast("list[object]", shown)]
        if not isinstance(shown, dict):
            return shown
        changed: dict[str, Any] = {
            key: NEW_WORD if key in self.words and isinstance(value, str) else self._changed(value)
            for key, value in cast("dict[str, object]", shown).items()
        }
        return {**changed, NEW_KEY: NEW_WORD}


def _drop() -> NoReturn:
    """Ends the connection: the server takes this for a client that went away."""
    raise ConnectionResetError(errno.ECONNRESET, "dropped on demand")
