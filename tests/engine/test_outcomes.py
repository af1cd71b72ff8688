"""What became of a call that failed: derived from its requests, whatever class the error has."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from onboarding import (
    IdempotencyConflict,
    NoAnswer,
    OnboardingError,
    Outcome,
    OutcomeUnknown,
    Partial,
    PartialFailure,
    ProviderError,
    TransportError,
    UnexpectedResponse,
)
from onboarding._sync.driver import drive
from onboarding.adapter import Adapter
from onboarding.engine import conversation
from onboarding.provider_errors import ErrorDetails, part_way, raise_error
from onboarding.spi import Flow, Request, Response

NOW = datetime(2026, 11, 2, tzinfo=UTC)
READ = Request(method="GET", url="https://provider.example/read")
WRITE = Request(method="POST", url="https://provider.example/write")
KEYED = Request(method="POST", url="https://provider.example/write", idempotent=True)


def call(*requests: Request) -> Flow[list[Any]]:
    """Sends requests one after the other; a status that is no success ends the call."""
    found: list[Any] = []
    for request in requests:
        response = yield request
        if not 200 <= response.status < 300:
            raise_error(ErrorDetails(status=response.status, code="no"))
        found.append(response.json())
    return found


def failure(*script: tuple[Request, object]) -> OnboardingError:
    """The error of a call whose requests are answered so: a status, a body, or an error."""
    answers = iter(answer for _, answer in script)

    def perform(_: object) -> Response:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return Response(status=answer, body=b"{}")
        assert isinstance(answer, bytes)
        return Response(status=200, body=answer)

    flow = call(*(request for request, _ in script))
    steps = conversation(Adapter(), flow, clock=lambda: NOW, nonces=lambda: "n")
    with pytest.raises(OnboardingError) as raised:
        drive(steps, perform)
    return raised.value


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (TransportError("refused"), Outcome.NOT_DONE),
        (OutcomeUnknown("dropped"), Outcome.UNKNOWN),
        (400, Outcome.NOT_DONE),
        (401, Outcome.NOT_DONE),
        (409, Outcome.NOT_DONE),
        (429, Outcome.NOT_DONE),
        (301, Outcome.UNKNOWN),
        (307, Outcome.UNKNOWN),
        (500, Outcome.UNKNOWN),
        (503, Outcome.UNKNOWN),
        (b"<html>", Outcome.UNKNOWN),
        (b'{"Id": "8', Outcome.UNKNOWN),
    ],
)
def test_a_write_has_the_outcome_that_its_answer_leaves_open(
    answer: object, outcome: Outcome
) -> None:
    error = failure((WRITE, answer))

    assert error.outcome is outcome
    assert error.retry_safe is (outcome is Outcome.NOT_DONE)


@pytest.mark.parametrize("answer", [TransportError("gone"), 400, 302, 500, 503, b"<html>"])
def test_a_read_that_fails_changed_nothing(answer: object) -> None:
    error = failure((READ, answer))

    assert error.outcome is Outcome.NOT_DONE
    assert error.retry_safe


@pytest.mark.parametrize("answer", [TransportError("gone"), 401, 500, b"<html>"])
def test_a_write_that_was_read_is_done_whatever_fails_later(answer: object) -> None:
    error = failure((WRITE, 200), (READ, answer))

    assert error.outcome is Outcome.DONE
    assert not error.retry_safe


@pytest.mark.parametrize("answer", [TransportError("gone"), 400, 429])
def test_a_second_write_that_was_refused_leaves_the_first_one_there(answer: object) -> None:
    error = failure((WRITE, 200), (WRITE, answer))

    assert error.outcome is Outcome.UNKNOWN
    assert not error.retry_safe


@pytest.mark.parametrize("answer", [OutcomeUnknown("dropped"), 500, b"<html>"])
def test_a_write_whose_idempotency_key_the_provider_honours_may_be_sent_again(
    answer: object,
) -> None:
    error = failure((KEYED, answer))

    assert error.outcome is Outcome.UNKNOWN
    assert error.retry_safe


def test_one_write_without_a_key_makes_the_whole_call_unsafe() -> None:
    error = failure((WRITE, 200), (KEYED, 500))

    assert not error.retry_safe


def test_a_login_that_fails_sent_nothing_and_reaches_the_flow() -> None:
    details = ErrorDetails(status=401, code="invalid_client")

    error = failure((WRITE, ProviderError(details)))

    assert error.outcome is Outcome.NOT_DONE


PARTIAL = Partial(provider="acme", gateway="fr", operation="submit_document", id="8")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (TransportError("refused"), Outcome.NOT_DONE),
        (429, Outcome.NOT_DONE),
        (OutcomeUnknown("dropped"), Outcome.UNKNOWN),
        (500, Outcome.UNKNOWN),
        (b"<html>", Outcome.UNKNOWN),
        (ZeroDivisionError(), Outcome.NOT_DONE),
    ],
)
def test_a_partial_failure_has_the_outcome_of_the_request_that_failed_and_is_resumed(
    answer: object, outcome: Outcome
) -> None:
    def document() -> Flow[None]:
        yield KEYED
        with part_way(PARTIAL):
            response = yield KEYED
            if isinstance(answer, ZeroDivisionError):
                raise answer
            if response.status != 200:
                raise_error(ErrorDetails(status=response.status, code="no"))
            response.json_object()

    answers: list[object] = [200, 400 if isinstance(answer, ZeroDivisionError) else answer]

    def perform(_: object) -> Response:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, bytes):
            return Response(status=200, body=found)
        assert isinstance(found, int)
        return Response(status=found, body=b"{}")

    steps = conversation(Adapter(), document(), clock=lambda: NOW, nonces=lambda: "n")

    with pytest.raises(PartialFailure) as raised:
        drive(steps, perform)

    assert raised.value.partial == PARTIAL
    assert raised.value.outcome is outcome
    assert not raised.value.retry_safe
    assert raised.value.__cause__ is not None


def test_an_error_that_may_have_been_carried_out_is_no_transport_error() -> None:
    assert not issubclass(OutcomeUnknown, TransportError)
    assert issubclass(OutcomeUnknown, NoAnswer)
    assert issubclass(TransportError, NoAnswer)


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknown("dropped"),
        IdempotencyConflict("create_user", "8"),
        PartialFailure(PARTIAL),
        ProviderError(ErrorDetails(status=503, code="down")),
        UnexpectedResponse([], status=200, raw=b"x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_keeps_its_outcome_through_a_queue(error: OnboardingError) -> None:
    error.repeatable = True

    again: OnboardingError = pickle.loads(pickle.dumps(error))

    assert type(again) is type(error)
    assert (again.outcome, again.repeatable) == (error.outcome, True)
    assert str(again) == str(error)
