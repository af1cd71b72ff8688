"""Idempotency keys: what a key means at MangoPay, and requests that are carried out once.

docs: overview/idempotency. MangoPay refuses a key that was used, whatever was sent with it and
whatever the answer was, and keeps that answer for 24 hours.
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
    UnexpectedResponse,
)
from onboarding.spi import Flow, Request, Response, as_object, moment, reference

from onboarding_mangopay.protocol import MangoPayProtocol
from onboarding_mangopay.records import text

__all__ = ["FirstAnswer", "Keyed", "Keys", "Look", "Same"]

Look: TypeAlias = Callable[[], Flow[Response | None]]
"""Looks for what a call that failed was to create: an answer that shows it, or None."""

Same: TypeAlias = Callable[[Mapping[str, Any]], bool]
"""Whether an object that an earlier call created has the content of this call."""

SPENT = "idempotent_creation_conflict"
_NAMES = uuid5(NAMESPACE_URL, "onboarding:mangopay")

# docs: overview/rate-limiting: the calls that MangoPay takes in the 24 hours of a key
_MOST_ATTEMPTS = 105_600

_NO_FIRST_ANSWER = (
    "this idempotency key seems to have been used before, and the first answer cannot be read: "
    "call again with the same key"
)


@frozen
class Keyed:
    """What a key names: an operation on a subject, under the caller's key.

    A request within a call (a page, an owner) has an operation and a subject of its own.
    """

    operation: str
    subject: tuple[str, ...]
    key: str | None = field(repr=False)


@frozen(kw_only=True)
class FirstAnswer:
    """What the first request with a key was answered, as MangoPay keeps it for 24 hours."""

    status: int
    answered_at: datetime
    resource: Any = field(repr=False)
    url: str = field(default="", repr=False)

    @property
    def refused(self) -> bool:
        """Whether it says that nothing was created."""
        return 400 <= self.status < 500

    def response(self) -> Response:
        """The answer as it came the first time."""
        body = b"" if self.resource is None else json.dumps(self.resource).encode()
        return Response(status=self.status, body=body, received_at=self.answered_at)


@frozen(kw_only=True)
class Keys(MangoPayProtocol):
    """Requests under an idempotency key."""

    def idempotency_key(self, keyed: Keyed, attempt: int = 0) -> str:
        """The key that MangoPay sees, a UUID: of client, operation, subject and caller's key.

        Never of the content, so that a retry meets its first call. After a refusal, which spends
        a key, the corrected call is the next attempt.
        """
        named = [self.client_id, keyed.operation, keyed.subject, keyed.key, attempt]
        return str(uuid5(_NAMES, json.dumps(named)))

    def keyed(self, operation: str, *subject: str, idempotency_key: str | None) -> Keyed | None:
        """What the caller's key names; None without a key. Raises `InvalidInput` for a bad one."""
        if self.validated_key(idempotency_key) is None:
            return None
        return Keyed(operation, tuple(str(part) for part in subject), idempotency_key)

    def first_answer(
        self, key: str, operation: str = "create_user", *subject: str
    ) -> Flow[FirstAnswer]:
        """What MangoPay first answered to an operation under a key, good or bad.

        `subject` is what the operation is about: the user's id for `submit_document`,
        `declare_owners`, `add_bank_account`, `create_recipient` and `verify_identity`, nothing
        for `create_user` and `register_hook`, method and path for `raw`.

        docs: view-api-response. Raises `NotFound` after 24 hours, or when nothing was sent.
        """
        keyed = self.keyed(operation, *subject, idempotency_key=key)
        if keyed is None:
            raise InvalidInput([Problem("idempotency_key", "missing", "is required")])
        return (yield from self._answer_to(self.idempotency_key(keyed)))

    def once(
        self,
        request: Request,
        keyed: Keyed | None,
        same: Same | None = None,
        look: Look | None = None,
    ) -> Flow[tuple[Response, bool]]:
        """The answer to a request that creates, and whether it is that of an earlier call.

        An earlier call that was accepted gives its answer, if its path and its content are those
        of this one (`same`). After a refusal (4xx) nothing was created, and the next attempt is
        sent. Where MangoPay failed (5xx), `look` sees whether the object is there all the same.

        Raises `IdempotencyConflict` for other content, `OutcomeUnknown` when the outcome of the
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
        """The answer to the last attempt of a request; None where nothing was sent."""
        _, first = yield from self._last(keyed, 0)
        return first

    def partial_of(
        self, operation: str, user_id: str, id: str, key: str | None, content: str
    ) -> Partial:
        """The partial of a call whose object was created; `content` is a digest."""
        return Partial(
            **self.provenance,
            operation=operation,
            user_id=str(user_id),
            id=id,
            idempotency_key=key,
            digest=content,
        )

    def _attempt(self, request: Request, keyed: Keyed, number: int) -> Request:
        named = request.with_headers(Idempotency_Key=self.idempotency_key(keyed, number))
        # Without a key of the caller's, the whole call is not repeatable, though its parts are.
        return evolve(named, idempotent=keyed.key is not None)

    def _last(self, keyed: Keyed, attempt: int) -> Flow[tuple[int, FirstAnswer | None]]:
        """The last attempt that was sent, and its answer: by galloping, then by bisection.

        Attempts are sent one after the other, each after a refusal of the one before.
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
            raise OutcomeUnknown("MangoPay knows more attempts than it takes calls in a day")
        with _unanswered():
            try:
                return (yield from self._answer_to(self.idempotency_key(keyed, attempt)))
            except NotFound:
                return None

    def _found(self, first: FirstAnswer, look: Look | None) -> Flow[Response | None]:
        """What `look` finds of a call that failed at MangoPay."""
        if look is None:
            raise OutcomeUnknown(
                f"the first call with this key was answered {first.status}: whether it was "
                "carried out is not known; look, then call with another key"
            )
        with _unanswered():
            return (yield from look())

    def _answer_to(self, name: str) -> Flow[FirstAnswer]:
        response = yield self.request("GET", "first_answer", "responses", name)
        answer = self.answer(response)
        status = str(answer.get("StatusCode", ""))  # a text there
        if not (status.isascii() and status.isdigit() and len(status) == 3):
            problem = Problem("", "missing", "the answer has no status", "StatusCode")
            raise UnexpectedResponse([problem], status=response.status, raw=response.body)
        answered_at = moment(answer.get("Date")) or response.received_at
        with suppress(TypeError, ValueError):  # a text there, unlike all other times
            answered_at = parsedate_to_datetime(str(answer.get("Date"))).astimezone(UTC)
        return FirstAnswer(
            status=int(status),
            answered_at=answered_at,
            resource=answer.get("Resource"),
            url=text(answer.get("RequestURL")) or "",
        )


def _may_be_spent(response: Response) -> bool:
    """Whether an answer says that the key was used, or may say so: its body may be cut off."""
    if response.status != 409:
        return False
    return response.loose_object().get("Type") in (None, SPENT)


@contextmanager
def _unanswered() -> Generator[None]:
    """Turns any failure to read the outcome of an earlier call into `OutcomeUnknown`."""
    try:
        yield
    except (OutcomeUnknown, IdempotencyConflict):
        raise
    except OnboardingError as error:
        raise OutcomeUnknown(_NO_FIRST_ANSWER) from error


def _replayed(request: Request, keyed: Keyed, first: FirstAnswer, same: Same | None) -> Response:
    """The earlier answer, once it is certain that it is one to this request."""
    shown = as_object(first.resource)
    if (first.resource is None and first.status != 204) or (same is not None and not shown):
        raise OutcomeUnknown(_NO_FIRST_ANSWER)
    same_place = not first.url or _place(first.url) == _place(request.url)
    with _unanswered():  # an answer in no documented shape cannot be compared
        replayed = same_place and (same is None or same(shown))
    if not replayed:
        operation = keyed.operation.partition(".")[0]
        raise IdempotencyConflict(operation, reference(shown.get("Id")))
    return first.response()


def _place(url: str) -> list[str]:
    """The parts of a path from the version on: hosts differ, and MangoPay is lax about the rest."""
    parts = [unquote(part).lower() for part in urlsplit(url).path.split("/") if part]
    return parts[parts.index("v2.01") :] if "v2.01" in parts else parts
