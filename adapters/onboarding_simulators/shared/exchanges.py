"""The last requests to a simulator with its answers, shown without their secrets."""

from __future__ import annotations

import json
import time
from collections import deque
from itertools import count, islice
from urllib.parse import parse_qsl

from attrs import define, field, frozen
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request, Response

from .masks import Mask

__all__ = ["Exchange", "Exchanges"]

KEPT = 500
"""How many exchanges are remembered."""
LONGEST = 16 * 1024
"""Bytes of a body beyond which its size alone is remembered."""


@frozen(kw_only=True)
class Message:
    """One half of an exchange as it came, which is not as it may be shown."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    media_type: str
    body: bytes | None = field(repr=False)
    size: int
    mask: Mask = field(repr=False)

    def shown_headers(self) -> list[tuple[str, str]]:
        """Gives the headers; of those that carry a secret, their first word at most."""
        return [(name, self.mask.header(name, value)) for name, value in self.headers]

    def shown_body(self) -> str:
        """Gives JSON laid out or a form line by line, secrets masked; of other bodies the size."""
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
    """One request with its answer; without one, the connection was dropped."""

    number: int
    at: float
    """Unix time in seconds, by this machine's clock, as a client's own log has it."""
    method: str
    path: str
    query: str = field(repr=False)
    """Line by line, secrets masked."""
    status: int | None
    asked: Message = field(repr=False)
    answered: Message | None = field(repr=False)


@define(eq=False)
class Exchanges:
    """Remembers the last exchanges."""

    mask: Mask
    _kept: deque[Exchange] = field(factory=lambda: deque[Exchange](maxlen=KEPT), repr=False)
    _numbers: count[int] = field(factory=lambda: count(1), repr=False)

    def note(self, request: Request, response: Response | None) -> None:
        """Remembers one more, in place of the oldest if there are many."""
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
        """Gives `limit` exchanges after the `skip` newest, newest first."""
        kept = list(self._kept)  # a copy: others may be noted while it is read
        return list(islice(reversed(kept), skip, skip + limit))

    def get(self, number: int) -> Exchange | None:
        """Gives the exchange of that number, unless it is forgotten."""
        return next((each for each in list(self._kept) if each.number == number), None)


def _message(headers: Headers, media_type: str | None, body: bytes, mask: Mask) -> Message:
    return Message(
        headers=tuple(headers.items()),
        media_type=media_type or "",
        body=body if len(body) <= LONGEST else None,
        size=len(body),
        mask=mask,
    )
