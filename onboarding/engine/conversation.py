"""Turns the flow of an adapter into steps: signed requests and requests for a token.

A conversation opens no socket and reads no clock of its own. The engine repeats a request in three
cases only: `_with_retry`, `_with_server_time` and `_with_token`, each once.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

from onboarding.adapter import Adapter
from onboarding.engine.outcomes import Progress
from onboarding.engine.state import Clock, Nonces, ServerClock, TokenRequest
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
from onboarding.provider_errors import ProviderError, RateLimited, Unauthorized, Unavailable

__all__ = ["Steps", "conversation", "login"]

T = TypeVar("T")

Steps: TypeAlias = Generator[Request | TokenRequest, Any, T]
"""The steps of a call: the driver sends a `Response` or a `Token` for each, and gets a result."""


def conversation(adapter: Adapter, flow: Flow[T], *, clock: Clock, nonces: Nonces) -> Steps[T]:
    """Returns the steps of a flow.

    An error of a request is thrown into the flow at its `yield`. An error that leaves the flow gets
    the `outcome` of the call and `repeatable`. Pass the same `ServerClock` to each conversation to
    keep the offset of the local clock.

    Raises `InvalidInput` for a flow that has been run before.
    """
    if inspect.getgeneratorstate(flow) != inspect.GEN_CREATED:
        text = "a flow can be run only once: get a new one from the adapter"
        raise InvalidInput([Problem("", "conflict", text)])
    timed = clock if isinstance(clock, ServerClock) else ServerClock(clock)
    progress = Progress()
    try:
        request = next(flow)
        while True:
            try:
                response = yield from _with_retry(adapter, request, timed, nonces)
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


def _with_retry(
    adapter: Adapter, request: Request, clock: ServerClock, nonces: Nonces
) -> Generator[Request | TokenRequest, Any, Response]:
    """Sends a request. Repeats a read once if a proxy answered instead of the provider."""
    response = yield from _with_server_time(adapter, request, clock, nonces)
    if request.changes_nothing and adapter.is_transient(response):
        response = yield from _with_server_time(adapter, request, clock, nonces)
    return response


def _with_server_time(
    adapter: Adapter, request: Request, clock: ServerClock, nonces: Nonces
) -> Generator[Request | TokenRequest, Any, Response]:
    """Sends a request. Repeats it with the server's time if the time of its signature was refused.

    If the server's time cannot be fetched, the request fails with that error. If the provider
    refuses to tell its time (4xx), the original refusal is returned: the machine's clock must be
    set.
    """
    response = yield from _with_token(adapter, request, clock, nonces)
    if request.anonymous or not adapter.clock_refused(response):
        return response
    steps = conversation(adapter, adapter.server_time(), clock=clock.own, nonces=nonces)
    try:
        there = yield from steps
    except (OutcomeUnknown, UnexpectedResponse, ProviderError) as error:
        failure = _of_clock(error)
    else:
        clock.set(there)
        return (yield from _with_token(adapter, request, clock, nonces))
    if failure is None:
        return response
    raise failure


def _of_clock(error: OnboardingError) -> OnboardingError | None:
    """Returns the error for a request whose server time could not be fetched.

    None if the provider refused to tell its time.
    """
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
    return TransportError(f"{why}; the call was refused before and not carried out")


def _with_token(
    adapter: Adapter, request: Request, clock: Clock, nonces: Nonces
) -> Generator[Request | TokenRequest, Any, Response]:
    """Signs and sends a request. Repeats it once with a new token if its token was refused."""
    if request.anonymous or type(adapter).login is Adapter.login:
        response: Response = yield _signed(adapter, request, Proof(now=clock(), nonce=nonces()))
        return response
    token: Token = yield TokenRequest()
    proof = Proof(now=clock(), nonce=nonces(), token=token)
    response = yield _signed(adapter, request, proof)
    if adapter.token_refused(response):
        renewed: Token = yield TokenRequest(refused=token)
        if renewed is token:  # the pause between logins
            return response
        proof = Proof(now=clock(), nonce=nonces(), token=renewed)
        response = yield _signed(adapter, request, proof)
    return response


def _signed(adapter: Adapter, request: Request, proof: Proof) -> Request:
    """Returns the signed request.

    Raises `ConfigurationError` if a header value is not printable ASCII.
    """
    with suppress(UnicodeError):  # the error text would show the credentials
        signed = adapter.sign(request, proof)
        if not signed.unwritable:
            return signed
        names = " and ".join(signed.unwritable)
        raise _unsendable(f"the value of {names} is not printable ASCII")
    raise _unsendable("the request cannot be signed: a credential is not encodable text")


def _unsendable(message: str) -> ConfigurationError:
    return ConfigurationError([Problem("", "shape", f"{message}; check the credentials")])


def login(adapter: Adapter, *, clock: Clock, nonces: Nonces) -> Steps[Token]:
    """Returns the steps of a login, whose result is a token.

    Its errors are those of the call that needs the token, which was not sent: `Unauthorized` if
    the credentials were refused, `RateLimited`, else `TransportError`.
    """
    flow = adapter.login()
    assert flow is not None, "the engine requests a token only of adapters with a login"
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
    return TransportError(f"{why}; the call that needs the login was not sent")
