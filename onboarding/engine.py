"""Drives flows: signs each request, logs in when needed, and leaves sockets to a driver.

`conversation` is pure: it turns an adapter's flow into steps. A step is a signed request to be
sent, or the wish for a token. What is sent twice, and why, stands in `_patient`, `_timed` and
`_exchange`, and nowhere else. Both drivers are the same fifteen lines.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from attrs import define, field, frozen

from onboarding.adapter import Adapter
from onboarding.errors import (
    ConfigurationError,
    InvalidInput,
    OnboardingError,
    OutcomeUnknown,
    Problem,
    TransportError,
    UnexpectedResponse,
)
from onboarding.http import Flow, Proof, Request, Response, Token
from onboarding.outcomes import Progress
from onboarding.provider_errors import ProviderError, RateLimited, Unauthorized, Unavailable

__all__ = [
    "Clock",
    "Nonces",
    "ServerClock",
    "Steps",
    "TokenRequest",
    "Tokens",
    "conversation",
    "drive",
    "drive_async",
    "is_fresh",
    "login",
    "without_frames",
]

T = TypeVar("T")

Clock: TypeAlias = Callable[[], datetime]
Nonces: TypeAlias = Callable[[], str]

MARGIN = timedelta(seconds=30)  # a token is renewed this long before it expires
PAUSE = timedelta(seconds=60)  # between logins whose tokens are refused


@frozen
class TokenRequest:
    """Asks the driver for a token that is still good, other than the one refused."""

    refused: Token | None = None

    def satisfied_by(self, token: Token | None, now: datetime) -> Token | None:
        """The token if it meets the wish: it is another one, and fresh."""
        return token if token is not self.refused and is_fresh(token, now) else None


@define(eq=False)
class Tokens:
    """The token of one process or event loop, and whether another login would help.

    Providers lock accounts that log in too often. When the provider refuses two new tokens in a
    row, another login waits for `PAUSE`; until then calls end with the provider's refusal.
    """

    token: Token | None = None
    _unproven: int = field(default=0, init=False)
    _since: datetime | None = field(default=None, init=False)

    def for_request(self, request: TokenRequest, now: datetime) -> Token | None:
        """The token to use, perhaps the refused one; None when a login is due."""
        found = request.satisfied_by(self.token, now)
        if found is None and request.refused is not None and self._pausing(now):
            return self.token
        return found

    def renewed(self, token: Token, now: datetime) -> Token:
        """Keeps the token of a login."""
        self.token, self._since = token, now
        self._unproven += 1
        return token

    def accepted(self) -> None:
        """Notes that the provider accepted a token."""
        self._unproven = 0

    def _pausing(self, now: datetime) -> bool:
        since = self._since
        return since is not None and self._unproven >= 2 and now - since < PAUSE


@define(eq=False)
class ServerClock:
    """A clock that is set to the provider's time, once the provider has refused its own."""

    own: Clock
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return self.own() + self.ahead

    def set(self, there: datetime) -> None:
        self.ahead = there - self.own()


Steps: TypeAlias = Generator[Request | TokenRequest, Any, T]


def is_fresh(token: Token | None, now: datetime) -> bool:
    """Whether a token may still be used."""
    return token is not None and now + MARGIN < token.expires_at


def conversation(adapter: Adapter, flow: Flow[T], *, clock: Clock, nonces: Nonces) -> Steps[T]:
    """The steps of a flow. Whatever stops a request is thrown into the flow at its `yield`.

    A `ServerClock` remembers from one conversation to the next how wrong the clock is. An error
    that leaves the flow carries the `outcome` of the call, and whether it is `repeatable`.

    Raises `InvalidInput` for a flow that was run before: a generator runs once.
    """
    if inspect.getgeneratorstate(flow) != inspect.GEN_CREATED:
        text = "a flow runs once: ask the adapter for a new one"
        raise InvalidInput([Problem("", "conflict", text)])
    timed = clock if isinstance(clock, ServerClock) else ServerClock(clock)
    progress = Progress()
    try:
        request = next(flow)
        while True:
            try:
                response = yield from _patient(adapter, request, timed, nonces)
            except OnboardingError as error:
                progress.failed(request, error)
                request = flow.throw(error)
            else:
                progress.answered(request, response)
                request = flow.send(response)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    except OnboardingError as error:
        progress.settle(error)
        raise
    finally:
        flow.close()


def _patient(
    adapter: Adapter, request: Request, clock: ServerClock, nonces: Nonces
) -> Generator[Request | TokenRequest, Any, Response]:
    """One request of a flow until its answer: a read once more, where a hitch answered it."""
    response = yield from _timed(adapter, request, clock, nonces)
    if request.changes_nothing and adapter.is_transient(response):
        response = yield from _timed(adapter, request, clock, nonces)
    return response


def _timed(
    adapter: Adapter, request: Request, clock: ServerClock, nonces: Nonces
) -> Generator[Request | TokenRequest, Any, Response]:
    """One request of a flow until its answer: sent again if the time of its signature was refused.

    If the server's time cannot be read, the request fails with that error. The refusal is returned
    only if the provider refuses to tell its time: then the machine's clock must be set.
    """
    response = yield from _exchange(adapter, request, clock, nonces)
    if request.anonymous or not adapter.clock_refused(response):
        return response
    steps = conversation(adapter, adapter.server_time(), clock=clock.own, nonces=nonces)
    try:
        there = yield from steps
    except (OutcomeUnknown, UnexpectedResponse, ProviderError) as error:
        failure = _of_clock(error)
    else:
        clock.set(there)
        return (yield from _exchange(adapter, request, clock, nonces))
    if failure is None:
        return response
    raise failure


def _of_clock(error: OnboardingError) -> OnboardingError | None:
    """The error of a request that was refused for its time, and so not carried out; or None."""
    if isinstance(error, RateLimited | Unavailable):
        return error
    if isinstance(error, ProviderError) and 400 <= error.status < 500:
        return None
    if isinstance(error, OutcomeUnknown):
        why = str(error)
    elif isinstance(error, ProviderError):
        why = f"the request for the server's time was answered {error.status}"
    else:
        why = "the request for the server's time was answered in no documented shape"
    return TransportError(f"{why}; the call before it was refused and not carried out")


def _exchange(
    adapter: Adapter, request: Request, clock: Clock, nonces: Nonces
) -> Generator[Request | TokenRequest, Any, Response]:
    """One request of a flow until its answer: signed anew, with a fresh proof, at each try."""
    if request.anonymous or type(adapter).login is Adapter.login:
        response: Response = yield _signed(adapter, request, Proof(now=clock(), nonce=nonces()))
        return response
    token: Token = yield TokenRequest()
    proof = Proof(now=clock(), nonce=nonces(), token=token)
    response = yield _signed(adapter, request, proof)
    if adapter.token_refused(response):
        renewed: Token = yield TokenRequest(refused=token)
        if renewed is token:  # another login would not help now
            return response
        proof = Proof(now=clock(), nonce=nonces(), token=renewed)
        response = yield _signed(adapter, request, proof)
    return response


def _signed(adapter: Adapter, request: Request, proof: Proof) -> Request:
    """The request as it goes out. Raises `ConfigurationError` when no header can hold it."""
    with suppress(UnicodeError):  # its text is the credentials
        signed = adapter.sign(request, proof)
        if not signed.unwritable:
            return signed
        names = " and ".join(signed.unwritable)
        raise _unsendable(f"a header holds printable ASCII alone, and {names} has more")
    raise _unsendable("the request cannot be signed: a credential is no text")


def _unsendable(message: str) -> ConfigurationError:
    return ConfigurationError([Problem("", "shape", f"{message}; look at the credentials")])


def login(adapter: Adapter, *, clock: Clock, nonces: Nonces) -> Steps[Token]:
    """The steps to a token. What it raises speaks for the call that wanted it, which was not sent.

    Raises `TransportError` when nothing is known of the credentials, `Unauthorized` when they got
    a no, `RateLimited`.
    """
    flow = adapter.login()
    assert flow is not None, "only adapters that log in wish for tokens"
    try:
        return (yield from conversation(adapter, flow, clock=clock, nonces=nonces))
    except (OutcomeUnknown, UnexpectedResponse, ProviderError) as error:
        failure = _of_login(error)
    raise failure


def _of_login(error: OnboardingError) -> OnboardingError:
    if isinstance(error, RateLimited):
        return error
    if isinstance(error, ProviderError) and error.status < 500:
        return Unauthorized(error.details)
    if isinstance(error, OutcomeUnknown):
        why = str(error)
    elif isinstance(error, ProviderError):
        why = f"the login was answered {error.status} {error.code}"
    else:
        why = "the login was answered in no documented shape"
    return TransportError(f"{why}, but nothing that needs the login was sent")


def drive(steps: Steps[T], perform: Callable[[Request | TokenRequest], Response | Token]) -> T:
    """Runs steps to their end, one after the other."""
    try:
        step = next(steps)
        while True:
            try:
                answer = perform(step)
            except OnboardingError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        steps.close()  # a flow that was left midway cleans up now, not when it is collected


async def drive_async(
    steps: Steps[T], perform: Callable[[Request | TokenRequest], Awaitable[Response | Token]]
) -> T:
    """Runs steps to their end, one after the other, awaiting each."""
    try:
        step = next(steps)
        while True:
            try:
                answer = await perform(step)
            except OnboardingError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        steps.close()  # a flow that was left midway cleans up now, not when it is collected


def without_frames(error: Exception, outer: BaseException | None) -> Exception:
    """The error without its inner frames and those of its causes.

    Their locals hold keys, passwords and bodies, which a report with locals would show. `outer`
    is the exception that was being handled when the call began: it is the caller's own. An error
    that is not of this library keeps the place where it was raised as a note.
    """
    if not isinstance(error, OnboardingError) and error.__traceback__ is not None:
        *_, (frame, line) = traceback.walk_tb(error.__traceback__)
        code = frame.f_code
        error.add_note(f"raised in {code.co_name}, {code.co_filename}:{line}")
    seen = [outer]
    found: list[BaseException | None] = [error]
    while found:
        one = found.pop()
        if one is not None and not any(one is other for other in seen):
            seen.append(one)
            one.__traceback__ = None
            found += [one.__cause__, one.__context__]
    return error


def utc_now() -> datetime:
    """The clock of a gateway."""
    return datetime.now(UTC)
