"""The last requests to a simulator with their answers, shown without secrets."""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count, islice
from typing import Any, cast
from urllib.parse import parse_qsl

from attrs import define, field, frozen
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request, Response

__all__ = ["MASK", "Exchange", "Exchanges", "Mask"]

MASK = "***"
LONGEST_VALUE = 400
"""Longer values are shown by their length only, in characters."""

_SECRET = re.compile(r"password|secret|token$|hash|salt|apikey|mackey|signature|^code$|^nonce$")
_IN_QUERY = re.compile(r"(?<=[?&])((?:access_|refresh_)?token|code|key)=[^&#\s\"]+")
_IN_HEADERS = frozenset(("authorization", "cookie", "set-cookie", "proxy-authorization"))


@frozen
class Mask:
    """Masks secrets by the name of their field; `path` masks those inside a path."""

    path: Callable[[str], str]

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Returns one line for each name with its value."""
        return "\n".join(f"{name}={self.data(value, name)}" for name, value in pairs)

    def header(self, name: str, value: str) -> str:
        """Returns the value of a header; of a header with a secret, only the scheme."""
        if name.lower() not in _IN_HEADERS:
            return self._text(value)
        scheme, blank, _ = value.partition(" ")
        return f"{scheme} {MASK}" if blank else MASK

    def data(self, shown: object, name: str = "") -> object:
        """Returns a JSON value, masked where its name or a name inside it is one of a secret."""
        if isinstance(shown, dict):
            pairs = cast("dict[str, Any]", shown).items()
            return {key: self.data(value, key) for key, value in pairs}
        if isinstance(shown, list):
            return [self.data(each, name) for each in cast("list[object]", shown)]
        if shown is None or isinstance(shown, bool):
            return shown
        if _SECRET.search(re.sub("[^a-z]", "", name.lower())):
            return MASK
        return self._text(shown) if isinstance(shown, str) else shown

    def _text(self, value: str) -> str:
        if len(value) > LONGEST_VALUE:
            return f"({len(value):,} characters)"
        return self.path(_IN_QUERY.sub(rf"\1={MASK}", value))


KEPT = 500
"""The number of exchanges that are kept."""
LONGEST_BODY = 16 * 1024
"""Longer bodies are not kept, only their size, in bytes."""


@frozen(kw_only=True)
class Message:
    """A request or an answer, unmasked; show it by its methods only."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    media_type: str
    body: bytes | None = field(repr=False)
    size: int
    mask: Mask = field(repr=False)

    def shown_headers(self) -> list[tuple[str, str]]:
        """Returns the headers; of a header with a secret, only the scheme."""
        return [(name, self.mask.header(name, value)) for name, value in self.headers]

    def shown_body(self) -> str:
        """Returns a JSON or form body with its secrets masked; for any other body, its size."""
        if not self.size:
            return ""
        text = None if self.body is None else self._text(self.body)
        return f"{self.size:,} bytes of {self.media_type or 'no type'}" if text is None else text

    def _text(self, body: bytes) -> str | None:
        try:
            if body.lstrip()[:1] in (b"{", b"["):
                shown = self.mask.data(json.loads(body))
                return json.dumps(shown, indent=2, ensure_ascii=False)
            if self.media_type == "application/x-www-form-urlencoded":
                return self.mask.pairs(parse_qsl(body.decode(), keep_blank_values=True))
        except (ValueError, RecursionError):
            pass
        return None


@frozen(kw_only=True)
class Exchange:
    """One request with its answer, or without one if the connection was dropped."""

    number: int
    at: float
    """Unix time in seconds by this machine's clock, to compare with the logs of clients."""
    method: str
    path: str
    query: str = field(repr=False)
    """One parameter on each line, secrets masked."""
    status: int | None
    asked: Message = field(repr=False)
    answered: Message | None = field(repr=False)


@define(eq=False)
class Exchanges:
    """Keeps the last exchanges."""

    mask: Mask
    _kept: deque[Exchange] = field(factory=lambda: deque[Exchange](maxlen=KEPT), repr=False)
    _numbers: count[int] = field(factory=lambda: count(1), repr=False)

    def note(self, request: Request, response: Response | None) -> None:
        """Adds an exchange; drops the oldest one if there are too many."""
        self._kept.append(
            Exchange(
                number=next(self._numbers),
                at=time.time(),
                method=request.method,
                path=self.mask.path(request.path),
                query=self.mask.pairs(request.args.items(multi=True)),
                status=None if response is None else response.status_code,
                asked=_message(request.headers, request.mimetype, request.get_data(), self.mask),
                answered=None
                if response is None
                else _message(response.headers, response.mimetype, response.get_data(), self.mask),
            )
        )

    def __len__(self) -> int:
        return len(self._kept)

    def latest(self, skip: int, limit: int) -> list[Exchange]:
        """Returns `limit` exchanges after the `skip` newest, newest first."""
        kept = list(self._kept)  # a copy: another thread may add one meanwhile
        return list(islice(reversed(kept), skip, skip + limit))

    def get(self, number: int) -> Exchange | None:
        """Returns the exchange with that number, or None if it was dropped."""
        return next((each for each in list(self._kept) if each.number == number), None)


def _message(headers: Headers, media_type: str | None, body: bytes, mask: Mask) -> Message:
    return Message(
        headers=tuple(headers.items()),
        media_type=media_type or "",
        body=body if len(body) <= LONGEST_BODY else None,
        size=len(body),
        mask=mask,
    )
