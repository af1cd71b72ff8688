"""Idempotency keys: requests that are carried out once.

MangoPay refuses a used key, whatever the request and its response were, and keeps the first
response for 24 hours (docs: overview/idempotency).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from attrs import evolve, field, frozen
from onboarding import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    OnboardingError,
    OutcomeUnknown,
    Partial,
    Problem,
)
from onboarding.spi import Flow, Request, Response, as_object, moment, reference, unexpected

from onboarding_mangopay.protocol import MangoPayProtocol
from onboarding_mangopay.values import text

__all__ = ["FirstAnswer", "Keyed", "Keys", "Look", "Same"]

Look: TypeAlias = Callable[[], Flow[Response | None]]
"""Looks up the object that a failed call was to create; returns a response with it, or None."""

Same: TypeAlias = Callable[[Mapping[str, Any]], bool]
"""Returns whether an object that an earlier call created has the content of this call."""

SPENT = "idempotent_creation_conflict"
_NAMES = uuid5(NAMESPACE_URL, "onboarding:mangopay")

# docs: overview/rate-limiting: the calls that MangoPay accepts in the 24 hours of a key
_MOST_ATTEMPTS = 105_600

_NO_FIRST_ANSWER = (
    "this idempotency key may have been used before, and its first response cannot be read: "
    "retry with the same key"
)


@frozen
class Keyed:
    """The scope of an idempotency key: an operation, its subject, and the caller's key.

    A request within a call (a page, an owner) has its own operation and subject.
    """

    operation: str
    subject: tuple[str, ...]
    key: str | None = field(repr=False)


@frozen(kw_only=True)
class FirstAnswer:
    """The response to the first request with a key, which MangoPay keeps for 24 hours."""

    status: int
    answered_at: datetime
    resource: Any = field(repr=False)
    url: str = field(default="", repr=False)

    @property
    def refused(self) -> bool:
        """Whether nothing was created: the status is a 4xx."""
        return 400 <= self.status < 500

    def response(self) -> Response:
        """Returns the first response."""
        body = b"" if self.resource is None else json.dumps(self.resource).encode()
        return Response(status=self.status, body=body, received_at=self.answered_at)


@frozen(kw_only=True)
class Keys(MangoPayProtocol):
    """Requests with an idempotency key."""

    def idempotency_key(self, keyed: Keyed, attempt: int = 0) -> str:
        """Returns the key for MangoPay: a UUID of client, operation, subject and caller's key.

        The content is not part of it, so that a retry finds its first call. A refusal uses up a
        key: the corrected call is the next attempt.
        """
        named = [self.client_id, keyed.operation, keyed.subject, keyed.key, attempt]
        return str(uuid5(_NAMES, json.dumps(named)))

    def keyed(self, operation: str, *subject: str, idempotency_key: str | None) -> Keyed | None:
        """Returns the scope of the caller's key; None without one. Raises `InvalidInput`."""
        if idempotency_key is None:
            return None
        self.validated_key(idempotency_key)
        return Keyed(operation, tuple(str(part) for part in subject), idempotency_key)

    def first_answer(
        self, key: str, operation: str = "create_user", *subject: str
    ) -> Flow[FirstAnswer]:
        """Returns MangoPay's first response to an operation with a key, success or failure.

        `subject` is the user's id for `submit_document`, `declare_owners`, `add_bank_account`,
        `create_recipient` and `verify_identity`; empty for `create_user` and `register_hook`;
        method and path for `raw`. Raises `NotFound` after 24 hours, or if nothing was sent.

        docs: view-api-response
        """
        keyed = self.keyed(operation, *subject, idempotency_key=key)
        if keyed is None:
            raise InvalidInput([Problem("idempotency_key", "missing", "is required")])
        return (yield from self._answer_to(self.idempotency_key(keyed)))

    def key_spent(self, response: Response) -> bool:
        return _may_be_spent(response)

    def first_response(self, key: str) -> Flow[Response | None]:
        """Fetches the answer that is kept for a key, as it was sent (docs: view-api-response)."""
        try:
            return (yield from self._answer_to(key)).response()
        except NotFound:
            return None

    def once(
        self,
        request: Request,
        keyed: Keyed | None,
        same: Same | None = None,
        look: Look | None = None,
    ) -> Flow[tuple[Response, bool]]:
        """Sends a creating request once; returns the response, and whether it is a replay.

        If an earlier call succeeded, its response is returned, provided that its path and content
        (`same`) are those of this call. If it was refused (4xx), nothing was created, and the next
        attempt is sent. If MangoPay failed (5xx), `look` looks up the object.

        Raises `IdempotencyConflict` for other content, `OutcomeUnknown` if the outcome of the
        earlier call cannot be read.
        """
        if keyed is None:
            return (yield request), False
        attempt = 0
        response = yield self._attempt(request, keyed, attempt)
        while _may_be_spent(response):
            attempt, first = yield from self._last(keyed, attempt)
            if first is None:
                raise OutcomeUnknown(_NO_FIRST_ANSWER)
            if 200 <= first.status < 300:
                return _replayed(request, keyed, first, same), True
            if not first.refused:
                found = yield from self._found(first, look)
                if found is not None:
                    return found, True
            attempt += 1
            response = yield self._attempt(request, keyed, attempt)
        return response, False

    def _settled(self, keyed: Keyed) -> Flow[FirstAnswer | None]:
        """Returns the first answer to the last attempt of a request; None if nothing was sent."""
        _, first = yield from self._last(keyed, 0)
        return first

    def _resumed_user(self, partial: Partial, content: str) -> str:
        """Returns the user of a partial that can be resumed with the content of this digest.

        Raises `InvalidInput` without a user, or with neither an id nor an idempotency key; the
        other errors are those of `resumable`.
        """
        self.resumable(partial, content)
        unnamed = partial.id is None and partial.idempotency_key is None
        if partial.user_id is None or unnamed:
            text = "the partial needs a user, and an id or an idempotency key"
            raise InvalidInput([Problem("id", "missing", text)])
        return partial.user_id

    def _attempt(self, request: Request, keyed: Keyed, number: int) -> Request:
        headers = {**request.headers, self.idempotency_header: self.idempotency_key(keyed, number)}
        # Without the caller's key the call as a whole cannot be retried, though its parts can.
        return evolve(request, headers=headers, idempotent=keyed.key is not None)

    def _last(self, keyed: Keyed, attempt: int) -> Flow[tuple[int, FirstAnswer | None]]:
        """Returns the last attempt that was sent, and its answer, by exponential search.

        Each attempt was sent after the refusal of the one before.
        """
        last = yield from self._kept(keyed, attempt)
        if last is None or 200 <= last.status < 300:
            return attempt, last
        step = 1
        while (later := (yield from self._kept(keyed, attempt + step))) is not None:
            attempt, last, step = attempt + step, later, step * 2
        unsent = attempt + step
        while unsent - attempt > 1:
            middle = (attempt + unsent) // 2
            found = yield from self._kept(keyed, middle)
            if found is None:
                unsent = middle
            else:
                attempt, last = middle, found
        return attempt, last

    def _kept(self, keyed: Keyed, attempt: int) -> Flow[FirstAnswer | None]:
        if attempt > _MOST_ATTEMPTS:
            raise OutcomeUnknown("this key has more attempts than MangoPay allows calls in a day")
        with _unanswered():
            try:
                return (yield from self._answer_to(self.idempotency_key(keyed, attempt)))
            except NotFound:
                return None

    def _found(self, first: FirstAnswer, look: Look | None) -> Flow[Response | None]:
        """Returns what `look` finds of a call that failed at MangoPay."""
        if look is None:
            raise OutcomeUnknown(
                f"the first call with this idempotency key failed at MangoPay ({first.status}) "
                "and may have been carried out: look the object up, then use another key"
            )
        with _unanswered():
            return (yield from look())

    def _answer_to(self, name: str) -> Flow[FirstAnswer]:
        response = yield self.request("GET", "first_answer", "responses", name)
        answer = self.answer(response)
        status = str(answer.get("StatusCode", ""))  # a text
        if not (status.isascii() and status.isdigit() and len(status) == 3):
            raise unexpected(response, "missing", "the answer has no status", "StatusCode")
        answered_at = moment(answer.get("Date")) or response.received_at
        with suppress(TypeError, ValueError):  # a date as in a header, unlike all other times
            answered_at = parsedate_to_datetime(str(answer.get("Date"))).astimezone(UTC)
        return FirstAnswer(
            status=int(status),
            answered_at=answered_at,
            resource=answer.get("Resource"),
            url=text(answer.get("RequestURL")) or "",
        )


def _may_be_spent(response: Response) -> bool:
    """Returns whether a response refuses a used key; a 409 with a cut-off body may do so."""
    if response.status != 409:
        return False
    return response.loose_object().get("Type") in (None, SPENT)


@contextmanager
def _unanswered() -> Generator[None]:
    """Raises `OutcomeUnknown` for any failure to read the outcome of an earlier call."""
    try:
        yield
    except (OutcomeUnknown, IdempotencyConflict):
        raise
    except OnboardingError as error:
        raise OutcomeUnknown(_NO_FIRST_ANSWER) from error


def _replayed(request: Request, keyed: Keyed, first: FirstAnswer, same: Same | None) -> Response:
    """Returns the earlier answer. Raises `IdempotencyConflict` if it is of another request."""
    shown = as_object(first.resource)
    if (first.resource is None and first.status != 204) or (same is not None and not shown):
        raise OutcomeUnknown(_NO_FIRST_ANSWER)
    same_place = not first.url or _place(first.url) == _place(request.url)
    with _unanswered():  # an object in no documented form cannot be compared
        replayed = same_place and (same is None or same(shown))
    if not replayed:
        operation = keyed.operation.partition(".")[0]
        raise IdempotencyConflict(operation, reference(shown.get("Id")))
    return first.response()


def _place(url: str) -> list[str]:
    """Returns the path segments from the version on, without regard to host, case or slashes."""
    parts = [unquote(part).lower() for part in urlsplit(url).path.split("/") if part]
    return parts[parts.index("v2.01") :] if "v2.01" in parts else parts
