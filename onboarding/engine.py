"""Drives flows: signs each request, logs in when needed, and leaves sockets to a driver.

`conversation` is pure: it turns an adapter's flow into steps. A step is a signed request to be
sent, or the wish for a token. Retries and rate limits belong into `_exchange`, and nowhere else.
Both drivers are the same fifteen lines.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.errors import TransportError
from onboarding.http import Flow, Proof, Request, Response, Token

__all__ = ["Clock", "Nonces", "Steps", "Wish", "conversation", "drive", "drive_async", "is_fresh"]

T = TypeVar("T")

Clock: TypeAlias = Callable[[], datetime]
Nonces: TypeAlias = Callable[[], str]

MARGIN = timedelta(seconds=30)  # a token is renewed this long before it expires


@frozen
class Wish:
    """Asks the driver for a token that is still good, other than the one refused."""

    refused: Token | None = None


Steps: TypeAlias = Generator[Request | Wish, Any, T]


def is_fresh(token: Token | None, now: datetime) -> bool:
    """Whether a token may still be used."""
    return token is not None and now + MARGIN < token.expires_at


def conversation(adapter: Adapter, flow: Flow[T], *, clock: Clock, nonces: Nonces) -> Steps[T]:
    """The steps of a flow. What a driver throws in at a step reaches the flow."""
    try:
        request = next(flow)
        while True:
            try:
                response = yield from _exchange(adapter, request, clock, nonces)
            except TransportError as error:
                request = flow.throw(error)
            else:
                request = flow.send(response)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        flow.close()


def _exchange(
    adapter: Adapter, request: Request, clock: Clock, nonces: Nonces
) -> Generator[Request | Wish, Any, Response]:
    """One request of a flow until its answer: signed anew, with a fresh proof, at each try."""
    if request.anonymous or type(adapter).login is Adapter.login:
        response: Response = yield adapter.sign(request, Proof(now=clock(), nonce=nonces()))
        return response
    token: Token = yield Wish()
    response = yield adapter.sign(request, Proof(now=clock(), nonce=nonces(), token=token))
    if adapter.token_refused(response):
        token = yield Wish(refused=token)
        response = yield adapter.sign(request, Proof(now=clock(), nonce=nonces(), token=token))
    return response


def drive(steps: Steps[T], perform: Callable[[Request | Wish], Response | Token]) -> T:
    """Runs steps to their end, one after the other."""
    try:
        step = next(steps)
        while True:
            try:
                answer = perform(step)
            except TransportError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        steps.close()  # a flow that was left midway cleans up now, not when it is collected


async def drive_async(
    steps: Steps[T], perform: Callable[[Request | Wish], Awaitable[Response | Token]]
) -> T:
    """Runs steps to their end, one after the other, awaiting each."""
    try:
        step = next(steps)
        while True:
            try:
                answer = await perform(step)
            except TransportError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        steps.close()  # a flow that was left midway cleans up now, not when it is collected


def utc_now() -> datetime:
    """The clock of a gateway."""
    return datetime.now(UTC)
