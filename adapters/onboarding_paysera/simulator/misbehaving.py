"""What a simulator does wrong when it is told to."""

from __future__ import annotations

import re
from typing import Literal

from attrs import define, evolve, field, frozen
from werkzeug.wrappers import Response

from .answers import refusal
from .errors import ApiError

# No official client finds an error code in it (lib-wallet-php-client repeats the request once).
_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body></body></html>"
When = Literal["before", "after"]


@frozen(kw_only=True)
class Misbehaviour:
    """An answer other than the true one, to the next so many requests of a kind.

    `error` is any of Paysera's codes, with the status that goes with it unless another is given;
    without it, the answer is HTML. `when` says whether the request is carried out before it is
    answered so.
    """

    times: int = 1
    status: int | None = None
    error: str | None = None
    method: str | None = None
    path: str = ""  # a regular expression that the whole path matches; empty for any path
    when: When = "before"

    def __attrs_post_init__(self) -> None:
        re.compile(self.path)

    def concerns(self, method: str, path: str) -> bool:
        if self.method is not None and self.method != method:
            return False
        return not self.path or re.fullmatch(self.path, path) is not None

    def answer(self, captcha: dict[str, str]) -> Response:
        if self.error is None:
            status = 502 if self.status is None else self.status
            return Response(_BAD_GATEWAY, status=status, content_type="text/html")
        error = ApiError(self.error, "The simulator was told to.", status=self.status)
        if error.status == 429:
            error.headers.update(captcha)
        return refusal(error)


@define
class Misbehaviours:
    """What is still to go wrong, in the order in which it was told."""

    _planned: list[Misbehaviour] = field(factory=list[Misbehaviour], init=False)

    def plan(self, misbehaviour: Misbehaviour) -> None:
        self._planned.append(misbehaviour)

    def next(self, method: str, path: str) -> Misbehaviour | None:
        """The first that concerns this request, which is used up by it."""
        for at, planned in enumerate(self._planned):
            if planned.concerns(method, path):
                if planned.times > 1:
                    self._planned[at] = evolve(planned, times=planned.times - 1)
                else:
                    del self._planned[at]
                return planned
        return None

    def stop(self) -> None:
        self._planned.clear()
