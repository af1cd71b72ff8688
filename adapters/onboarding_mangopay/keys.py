"""Requests that happen once, whatever became of the first try: idempotency keys.

docs: overview/idempotency
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

from attrs import field, frozen
from onboarding import AlreadySent, Flow, NotFound, Problem, Request, Response, UnexpectedResponse
from onboarding.errors import ErrorDetails

from onboarding_mangopay.protocol import MangoPayProtocol

__all__ = ["FirstAnswer", "Keys", "Look"]

Look: TypeAlias = Callable[[], Flow[Response | None]]
"""Looks for what a call that failed was to create: an answer that shows it, or None."""

_SPENT = "idempotent_creation_conflict"
_MOST_TRIES = 10


@frozen(kw_only=True)
class FirstAnswer:
    """What the first request with a key was answered, as MangoPay keeps it for 24 hours."""

    status: int
    answered_at: datetime
    resource: Any = field(repr=False)

    def response(self) -> Response:
        """The answer as it came the first time."""
        body = b"" if self.resource is None else json.dumps(self.resource).encode()
        return Response(status=self.status, body=body, received_at=self.answered_at)


@frozen(kw_only=True)
class Keys(MangoPayProtocol):
    """Requests under a key of the caller's."""

    def first_answer(self, key: str) -> Flow[FirstAnswer]:
        """What the call with `key` was answered first, good or bad.

        docs: view-api-response. Raises `NotFound` after 24 hours, or when nothing was sent.
        """
        path = ("responses", self.idempotency_key(key))
        response = yield self.request("GET", "first_answer", *path)
        answer = self.answer(response)
        status = str(answer.get("StatusCode", ""))  # a text there
        if not (status.isascii() and status.isdigit()):
            problem = Problem("", "missing", "the answer has no status", "StatusCode")
            raise UnexpectedResponse([problem], status=response.status, raw=response.body)
        moment = response.received_at
        with suppress(TypeError, ValueError):
            moment = parsedate_to_datetime(str(answer.get("Date"))).astimezone(UTC)
        return FirstAnswer(status=int(status), answered_at=moment, resource=answer.get("Resource"))

    def once(
        self, request: Request, key: str | None, look: Look | None = None
    ) -> Flow[tuple[Response, bool]]:
        """The answer to a request that creates, and whether it is that of an earlier call.

        A key is spent by its first answer, whatever that was. After a yes, the answer is read
        again; after a no (4xx) nothing was created, and the call goes on with a key made of
        this one. Where MangoPay failed (5xx), `look` sees whether it is there all the same, and
        the call goes on if not. Raises `AlreadySent` when nobody can say.
        """
        if key is None:
            return (yield request), False
        response = Response(status=409)
        for tried in range(_MOST_TRIES):
            name = key if tried == 0 else f"{key}/{tried}"
            response = yield request.with_headers(Idempotency_Key=self.idempotency_key(name))
            if response.status != 409 or response.loose_object().get("Type") != _SPENT:
                return response, False
            try:
                first = yield from self.first_answer(name)
            except NotFound:
                break  # not written yet, or forgotten since
            if 200 <= first.status < 300:
                return first.response(), True
            if first.status >= 500:
                if look is None:
                    raise AlreadySent(_failed(first, response))
                found = yield from look()
                if found is not None:
                    return found, True
        return response, False


def _failed(first: FirstAnswer, response: Response) -> ErrorDetails:
    return ErrorDetails(
        status=response.status,
        code=_SPENT,
        remedy=(
            f"the first call with this key was answered {first.status}: whether it was carried "
            "out is not known; look, then call with another key"
        ),
        raw=first.resource,
    )
