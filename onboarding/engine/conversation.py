"""Turns the flow of an adapter into steps: signed requests, requests for a token, waits and more.

A conversation opens no socket, reads no clock of its own and does not sleep. The engine repeats a
request in two cases only: after a refusal of its token, time or secrets (`_attempt`), and by the
policy for retries (`_answer`).
"""

from __future__ import annotations

import inspect
from collections.abc import Generator
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar, cast

from attrs import define, evolve

from onboarding.adapter import Adapter
from onboarding.engine.attempts import Attempt, note_unresolved
from onboarding.engine.outcomes import Progress
from onboarding.engine.retries import FULL, RetryBudget, RetryPolicy, Wait
from onboarding.engine.state import Clock, Nonces, SecretsRequest, ServerClock, TokenRequest
from onboarding.errors import (
    ConfigurationError,
    InvalidInput,
    NoAnswer,
    OnboardingError,
    OutcomeUnknown,
    Problem,
    TransportError,
    UnexpectedResponse,
)
from onboarding.http import Flow, Proof, Request, Response, Token
from onboarding.provider_errors import ProviderError, RateLimited, Unauthorized, Unavailable

__all__ = ["Step", "Steps", "conversation", "login"]

T = TypeVar("T")

Step: TypeAlias = Request | TokenRequest | SecretsRequest | Wait

Steps: TypeAlias = Generator[Step, Any, T]
"""The steps of a call.

The driver sends a `Response` for a request, a `Token` for a token request, an `Adapter` or None
for a request for secrets, and whether it has waited for a `Wait`; and gets a result.
"""


def conversation(
    adapter: Adapter,
    flow: Flow[T],
    *,
    clock: Clock,
    nonces: Nonces,
    retry: RetryPolicy | None = None,
    budget: RetryBudget | None = None,
    attempt: Attempt | None = None,
    rotates: bool = False,
) -> Steps[T]:
    """Returns the steps of a flow.

    An error of a request is thrown into the flow at its `yield`. An error that leaves the flow gets
    the `outcome` of the call, `repeatable`, and `unresolved` if the outcome is unknown: `attempt`
    is the gateway's call, by default the operation of the request. Pass the same `ServerClock` to
    each conversation to keep the offset of the local clock, and the same budget to limit their
    retries together. `rotates` is whether the driver can read secrets again.

    Raises `InvalidInput` for a flow that has been run before.
    """
    timed = clock if isinstance(clock, ServerClock) else ServerClock(clock)
    engine = _Engine(adapter, timed, nonces, retry, budget or RetryBudget(), rotates=rotates)
    return engine.conversation(flow, attempt)


def login(
    adapter: Adapter,
    *,
    clock: Clock,
    nonces: Nonces,
    retry: RetryPolicy | None = None,
    budget: RetryBudget | None = None,
) -> Steps[Token]:
    """Returns the steps of a login, whose result is a token.

    Its errors are those of the call that needs the token, which was not sent: `Unauthorized` if
    the credentials were refused, `RateLimited`, else `TransportError`.
    """
    flow = adapter.login()
    assert flow is not None, "the engine requests a token only of adapters with a login"
    timed = clock if isinstance(clock, ServerClock) else ServerClock(clock)
    # A second login changes nothing but the token.
    engine = _Engine(adapter, timed, nonces, retry, budget or RetryBudget(), always_safe=True)
    try:
        return (yield from engine.conversation(flow))
    except (OutcomeUnknown, UnexpectedResponse, ProviderError) as error:
        failure = _of_login(error)
    raise failure


_ANY_TOKEN = TokenRequest()


@define(eq=False)
class _Engine:
    """What all requests of a call share."""

    adapter: Adapter
    clock: ServerClock
    nonces: Nonces
    retry: RetryPolicy | None
    budget: RetryBudget
    always_safe: bool = False
    rotates: bool = False

    def conversation(self, flow: Flow[T], attempt: Attempt | None = None) -> Steps[T]:
        if inspect.getgeneratorstate(flow) != inspect.GEN_CREATED:
            text = "a flow can be run only once: get a new one from the adapter"
            raise InvalidInput([Problem("", "conflict", text)])
        progress = Progress()
        try:
            request = next(flow)
            while True:
                try:
                    response = yield from self._answer(request, progress)
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
            call = attempt or Attempt(operation=progress.operation)
            note_unresolved(error, call, self.adapter, progress, self.clock)
            raise
        finally:
            flow.close()

    def _answer(self, request: Request, progress: Progress) -> Generator[Step, Any, Response]:
        """Sends a request, and sends it again as the policy allows.

        After an attempt that may have been carried out, its error counts, unless a later attempt
        was answered.
        """
        adapter = self.adapter
        makes_key = self._lacks_key(request)
        if makes_key:
            request = self._with_key(request)
        progress.sending(request, adapter.idempotency_header, self.clock)
        safe = makes_key or self.always_safe or request.changes_nothing or self._has_key(request)
        unclear: Response | NoAnswer | None = None
        found: Response | NoAnswer
        while True:
            try:
                found = yield from self._attempt(request)
                refused = makes_key and isinstance(found, Response) and found.status >= 400
                if refused and adapter.key_spent(cast("Response", found)):
                    first, unclear = (yield from self._first_answer(request)), None
                    if first is None:
                        request = self._with_key(request)
                        progress.sending(request, adapter.idempotency_header, self.clock)
                        first = yield from self._attempt(request)
                    found = first
            except OnboardingError:  # of the login or the server's time: nothing was sent
                if unclear is None:
                    raise
                found = unclear
                break
            if isinstance(found, TransportError):
                found = unclear or found
            elif isinstance(found, NoAnswer) or not 400 <= found.status < 500:
                unclear = found
            wait = self._wait(found, request.attempt, safe=safe)
            if wait is None or not (yield wait):
                break
            if makes_key and unclear is None:  # a refusal may have used up the key
                request = self._with_key(request)
                progress.sending(request, adapter.idempotency_header, self.clock)
            request = evolve(request, attempt=request.attempt + 1, waited=wait.seconds)
        progress.in_doubt = unclear is not None
        if isinstance(found, NoAnswer):
            raise found
        return found

    def _lacks_key(self, request: Request) -> bool:
        """Whether the engine has to make an idempotency key for a request."""
        header = self.adapter.idempotency_header
        writes = header and request.method in self.adapter.keyed_methods
        return bool(writes) and not request.anonymous and header not in request.headers

    def _has_key(self, request: Request) -> bool:
        return request.idempotent or self.adapter.idempotency_header in request.headers

    def _with_key(self, request: Request) -> Request:
        return request.with_headers(**{self.adapter.idempotency_header: self.nonces()})

    def _first_answer(self, request: Request) -> Generator[Step, Any, Response | NoAnswer | None]:
        """Returns the provider's answer to the first request with the key of this one.

        None if that one was refused (4xx): nothing was carried out, and the key is used up.
        """
        key = request.headers[self.adapter.idempotency_header]
        with suppress(OnboardingError):
            first = yield from self.conversation(self.adapter.first_response(key))
            if first is not None:
                return None if 400 <= first.status < 500 else first
        return OutcomeUnknown(
            f"{request.method} ({request.operation}) was sent before with the same idempotency "
            "key, and its first answer cannot be read; it may have been carried out"
        )

    def _wait(self, found: Response | NoAnswer, attempt: int, *, safe: bool) -> Wait | None:
        if self.retry is None:
            return None
        advised = None
        if isinstance(found, Response) and found.status >= 300:
            advised = self.adapter.retry_advice(found)
        asked = self.adapter.retry_after
        wait = self.retry.wait(found, attempt, safe=safe, advised=advised, asked=asked)
        if wait is None:
            if attempt == 1 and self.budget.left < FULL:
                self.budget.earn(self.retry.budget)
            return None
        return wait if self.budget.spend() else None

    def _attempt(self, request: Request) -> Generator[Step, Any, Response | NoAnswer]:
        """Signs and sends a request; returns its answer, or the error of having none.

        Repeats it once with a new token, once with the server's time, and once with secrets that
        were read again, if these were refused. If the server's time cannot be fetched, that error
        is raised. If the provider refuses to tell its time (4xx), the original refusal is returned:
        the machine's clock must be set.
        """
        adapter = self.adapter
        logs_in = not request.anonymous and type(adapter).login is not Adapter.login
        timed = request.anonymous
        rotates = self.rotates and not logs_in and not request.anonymous
        token = refused = None
        found: Response | None = None
        while True:
            if logs_in:
                token = yield (_ANY_TOKEN if refused is None else TokenRequest(refused))
                if found is not None and token is refused:  # the pause between logins
                    return found
            proof = Proof(now=self.clock(), nonce=self.nonces(), token=token)
            try:
                answer: Response | None = yield _signed(adapter, request, proof)
            except NoAnswer as error:
                return error
            if answer is None:  # it waited long, and is signed again
                continue
            found = answer
            if logs_in and refused is None and adapter.token_refused(found):
                refused = token
            elif not timed and adapter.clock_refused(found) and (yield from self._set_clock()):
                timed, refused = True, None
            elif rotates and found.status == 401 and (other := (yield SecretsRequest(adapter))):
                adapter, rotates = other, False
            else:
                return found

    def _set_clock(self) -> Generator[Step, Any, bool]:
        """Sets the clock to the server's time; returns False if the provider refuses to tell it."""
        engine = evolve(self, clock=ServerClock(self.clock.own))
        try:
            there = yield from engine.conversation(self.adapter.server_time())
        except (OutcomeUnknown, UnexpectedResponse, ProviderError) as error:
            failure = _of_clock(error)
        else:
            self.clock.set(there)
            return True
        if failure is None:
            return False
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
