"""Faults on demand, as servers, proxies and networks produce them."""

from __future__ import annotations

import errno
import json
import random
import re
import time
from collections.abc import Callable, Collection
from email.utils import formatdate
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any, NoReturn, TypeAlias, cast

from attrs import asdict, define, field, frozen
from werkzeug.wrappers import Request, Response

__all__ = ["KINDS", "Fault", "Misbehaviour"]

KINDS = {
    "rate_limit": "429 as the provider words it; with `seconds`, a Retry-After",
    "error": "500 as the provider words it, or another `status` or `code`",
    "bad_gateway": "502 as a proxy's HTML page",
    "empty": "the call is carried out, but the answer has no body",
    "truncated": "the call is carried out, but half of the answer is missing",
    "slow": "the call is carried out, and the answer comes `seconds` later",
    "drop_before": "the connection is closed before the call is carried out",
    "drop_after": "the connection is closed after the call is carried out",
    "unknown": "every object has an extra key, every known word is replaced by a new one",
    "skew": "the Date header is `seconds` ahead",
}
"""The kinds of fault, each with its effect."""

NEW_KEY, NEW_WORD = "AddedLater", "ADDED_LATER"
_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"

Answer = Callable[[], Response]
Refuse = Callable[[Request, int | None, str | None], Response]
"""Returns an error of the provider by its status, its code, both, or neither for a 500."""


Rule: TypeAlias = tuple[Callable[[Any], bool], str]
"""Whether a field may have a value, and what is expected, in words."""

_YEAR = 366 * 86_400
_SECONDS = {"slow": (0, 86_400), "rate_limit": (0, _YEAR)}  # `skew` may go ten years either way


def _rules(kind: object) -> dict[str, Rule]:
    least, most = _SECONDS.get(str(kind), (-10 * _YEAR, 10 * _YEAR))
    return {
        "kind": (lambda x: isinstance(x, str) and x in KINDS, f"one of {', '.join(KINDS)}"),
        "route": (_is_pattern, "a pattern of 1 to 1000 characters"),
        "times": (_or_none(_whole(1, 2**31)), "a whole number, 1 or more"),
        "probability": (_number(0, 1), "a number from 0 to 1"),
        "seed": (_whole(-(2**63), 2**63 - 1), "a whole number"),
        "seconds": (_or_none(_number(least, most)), f"a number from {least} to {most}"),
        "status": (_or_none(_whole(400, 599)), "a whole number from 400 to 599"),
        "code": (_or_none(_is_word), "a word of 1 to 100 letters, digits, dots, dashes"),
    }


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda x: isinstance(x, int) and not isinstance(x, bool) and least <= x <= most


def _number(least: float, most: float) -> Callable[[Any], bool]:
    return lambda x: isinstance(x, int | float) and not isinstance(x, bool) and least <= x <= most


def _or_none(rule: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda x: x is None or rule(x)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and _WORD(value) is not None


def _is_pattern(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 1000


_WORD = re.compile(r"[A-Za-z0-9_.-]{1,100}").fullmatch


@frozen(kw_only=True)
class Fault:
    """One fault and the calls that it applies to. Raises ValueError for invalid fields.

    `route` is a shell pattern, matched case-insensitively against the path, or against `METHOD
    path` if it contains a blank. `times` limits how often the fault happens; None sets no limit.
    `probability` is its chance on each matching call, drawn from `seed`. `status` and `code` apply
    to `error` only.
    """

    kind: str
    route: str = "*"
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float | None = None
    status: int | None = None
    code: str | None = None

    def __attrs_post_init__(self) -> None:
        given: dict[str, Any] = asdict(self)
        wrong = [
            f"{name}: expected {expected}"
            for name, (fits, expected) in _rules(given["kind"]).items()
            if not fits(given[name])
        ]
        if wrong:
            raise ValueError("; ".join(wrong))

    def meets(self, method: str, path: str) -> bool:
        """Whether the fault applies to a call."""
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
    """The faults that are set; wraps the answers of a simulator.

    `words` are the keys whose values are words of a vocabulary; `refuse` makes an error of the
    provider.
    """

    words: Collection[str]
    refuse: Refuse
    _armed: list[_Armed] = field(factory=list[_Armed], init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    @property
    def faults(self) -> list[Fault]:
        """The faults that can still happen."""
        with self._lock:
            return [each.fault for each in self._armed if each.left != 0]

    def add(self, fault: Fault) -> None:
        """Sets a fault; if several apply to a call, the first one set happens."""
        chance = random.Random(fault.seed)  # noqa: S311 - the same faults each run, no secret
        with self._lock:
            self._armed.append(_Armed(fault, fault.times, chance))

    def clear(self) -> None:
        """Clears all faults."""
        with self._lock:
            self._armed.clear()

    def around(self, request: Request, answer: Answer) -> Response:
        """Returns the answer, or what a fault makes of it; a drop raises ConnectionResetError."""
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
    """Ends the connection: the server treats the error as a client that went away."""
    raise ConnectionResetError(errno.ECONNRESET, "dropped on demand")
