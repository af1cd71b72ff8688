"""What becomes of a user whose provider answers oddly: nobody is sent twice, nobody forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import field, frozen
from onboarding import (
    ConfigurationError,
    Forbidden,
    Gateway,
    IdempotencyConflict,
    InvalidInput,
    OnboardingError,
    OutcomeUnknown,
    Problem,
    RateLimited,
    Rejected,
    Unauthorized,
    UnexpectedResponse,
    Unsupported,
    User,
    UserRecord,
    errors,
    provider_errors,
)
from onboarding.bulk import BulkRun, Journal, Line, Result, State
from onboarding.bulk.failed import state_of
from onboarding.errors import Outcome
from onboarding.model.answers import Partial
from onboarding.provider_errors import ErrorDetails, ProviderError, part_way, raise_error
from onboarding.simulation import serve
from onboarding.spi import Adapter, Flow, Proof, Request, Response

Raise = Callable[[Response], None]


@frozen(kw_only=True)
class Odd(Adapter):
    """Registers a user in as many requests as it has things to say about their answers."""

    provider: ClassVar[str] = "odd"

    base_url: str
    steps: tuple[Raise, ...] = field(repr=False)

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        for number, step in enumerate(self.steps):
            url = f"{self.base_url}/{number}"
            step((yield Request(method="POST", url=url, operation="create_user")))
        raise AssertionError("the last step raises")


class Provider:
    """Answers the request N with the N-th status, for each user anew."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.asked += 1
        status = HTTPStatus(self.statuses[int(environ["PATH_INFO"].strip("/"))])
        start_response(f"{status} {status.phrase}", [("Content-Length", "0")])
        return [b""]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Provider, str]]:
    provider = Provider()
    with serve(provider) as url:
        yield provider, url


def says(error: Exception) -> Raise:
    def step(_: Response) -> None:
        raise error

    return step


def goes_on(_: Response) -> None:
    """Nothing to say: the next request follows."""


def no(kind: type[ProviderError], status: int) -> ProviderError:
    return kind(ErrorDetails(status=status, code="word"))


PROBLEM = Problem("email", "word", "is odd")
LINES = [
    Line(number=number, ref=f"user-{number}", data={"email": f"user-{number}@example.com"})
    for number in (1, 2)
]


def outcome(served: tuple[Provider, str], *steps: tuple[int, Raise]) -> BulkRun:
    return results(served, *steps)[0]


def results(
    served: tuple[Provider, str], *steps: tuple[int, Raise], adapter: type[Odd] = Odd
) -> tuple[BulkRun, list[Result]]:
    provider, url = served
    provider.statuses, provider.asked = [status for status, _ in steps], 0
    with Gateway(adapter(base_url=url, steps=tuple(step for _, step in steps))) as gateway:
        bulk = BulkRun(gateway, waits=False)
        return bulk, list(bulk.run(LINES))


# -- the table: error class x outcome

# Of calls that were surely not carried out; in every other case the user is unknown.
NOT_DONE = {
    "OnboardingError": State.FAILED,
    "InvalidInput": State.INVALID,
    "ConfigurationError": State.FAILED,
    "UnknownGateway": State.FAILED,
    "UnknownProvider": State.FAILED,
    "AmbiguousProvider": State.FAILED,
    "TranslationError": State.FAILED,
    "Unsupported": State.UNSUPPORTED,
    "UnexpectedResponse": State.FAILED,
    "DirectoryError": State.FAILED,
    "UnknownUser": State.FAILED,
    "ReferenceConflict": State.FAILED,
    "LeaseLost": State.FAILED,
    "IdempotencyConflict": State.UNKNOWN,  # an earlier call was carried out
    "NoAnswer": State.FAILED,
    "TransportError": State.FAILED,
    "OutcomeUnknown": State.FAILED,
    "InvalidSignature": State.FAILED,  # no call raises it while users are sent
    "PartialFailure": State.UNKNOWN,  # an earlier request was carried out
    "ProviderError": State.REJECTED,
    "Rejected": State.REJECTED,
    "Conflict": State.REJECTED,
    "NotFound": State.REJECTED,
    "ActionRequired": State.FAILED,
    "Unauthorized": State.FAILED,
    "Forbidden": State.FAILED,
    "RateLimited": State.FAILED,
    "QuotaReached": State.FAILED,
    "Unavailable": State.FAILED,
}
KINDS = [
    kind
    for module in (errors, provider_errors)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, OnboardingError) and not name.startswith("_")
    if kind.__module__ == module.__name__
]


def test_every_class_of_error_has_a_state() -> None:
    assert {kind.__name__ for kind in KINDS} == set(NOT_DONE)


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("kind", KINDS)
def test_only_a_call_that_was_surely_not_carried_out_is_not_unknown(
    kind: type[OnboardingError], outcome: Outcome, sent: bool
) -> None:
    error = kind.__new__(kind)
    error.outcome = outcome

    state = state_of(error, sent=sent)

    assert state is (NOT_DONE[kind.__name__] if outcome is Outcome.NOT_DONE else State.UNKNOWN)


@pytest.mark.parametrize(("sent", "state"), [(False, State.FAILED), (True, State.UNKNOWN)])
def test_a_fault_of_the_adapter_is_unknown_once_a_request_had_begun_to_leave(
    sent: bool, state: State
) -> None:
    assert state_of(KeyError(), sent=sent) is state


# -- the same through a gateway, whose engine finds the outcome


@pytest.mark.parametrize("error", [Unsupported([PROBLEM]), InvalidInput([PROBLEM])])
def test_an_answer_that_cannot_be_read_is_never_nothing_was_sent(
    served: tuple[Provider, str], error: OnboardingError
) -> None:
    bulk = outcome(served, (200, says(error)))

    assert bulk.summary.now == {State.UNKNOWN: 2}


def by_status(response: Response) -> None:
    raise_error(ErrorDetails(status=response.status, code="word"))


@pytest.mark.parametrize(
    ("status", "step", "state"),
    [
        (500, by_status, State.UNKNOWN),
        (502, by_status, State.UNKNOWN),
        (302, by_status, State.UNKNOWN),
        (200, says(UnexpectedResponse([PROBLEM], status=200)), State.UNKNOWN),
        (409, says(OutcomeUnknown("no word of the first call")), State.UNKNOWN),
        (409, says(IdempotencyConflict("create_user", "user_1")), State.UNKNOWN),
        (200, says(KeyError("Id")), State.UNKNOWN),
        (404, says(UnexpectedResponse([PROBLEM], status=404)), State.FAILED),
        (429, says(no(RateLimited, 429)), State.FAILED),
        (409, by_status, State.REJECTED),
        (400, by_status, State.REJECTED),
    ],
)
def test_an_answer_to_a_write_settles_only_what_it_says(
    served: tuple[Provider, str], status: int, step: Raise, state: State
) -> None:
    bulk = outcome(served, (status, step))

    assert bulk.summary.now == {state: 2}


def test_a_key_that_was_used_for_other_content_leads_to_the_user_that_is_there(
    served: tuple[Provider, str],
) -> None:
    conflict = IdempotencyConflict("create_user", "user_1")

    _, (result, _) = results(served, (409, says(conflict)))

    assert (result.state, result.id) == (State.UNKNOWN, "user_1")
    assert result.problems[0].code == "idempotency_conflict"


@frozen(kw_only=True)
class InTwo(Odd):
    """Creates a user, then writes something beside it."""

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        yield Request(method="POST", url=f"{self.base_url}/0", operation="create_user")
        partial = Partial(
            provider=self.provider, gateway=self.name, operation="create_user", user_id="user_1"
        )
        with part_way(partial):
            response = yield Request(
                method="POST", url=f"{self.base_url}/1", operation="create_user"
            )
            self.steps[1](response)
        raise AssertionError("the step raises")


@pytest.mark.parametrize("status", [401, 429, 400, 500])
def test_a_user_of_whom_a_part_is_there_is_unknown_with_its_id(
    served: tuple[Provider, str], status: int
) -> None:
    bulk, (result, *_) = results(served, (201, goes_on), (status, by_status), adapter=InTwo)

    assert bulk.summary.stopped is None
    assert (result.state, result.id) == (State.UNKNOWN, "user_1")


def test_what_fails_while_an_adapter_only_reads_is_tried_again(
    served: tuple[Provider, str],
) -> None:
    bulk, _ = results(served, (500, by_status), adapter=Looking)

    assert bulk.summary.now == {State.FAILED: 2}


@frozen(kw_only=True)
class Looking(Odd):
    """Reads something before it would create a user."""

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        self.steps[0]((yield Request(method="GET", url=f"{self.base_url}/0", operation="look")))
        raise AssertionError("the step raises")


def test_an_adapter_that_cannot_create_users_refuses_each(served: tuple[Provider, str]) -> None:
    bulk, _ = results(served, adapter=Unable)

    assert bulk.summary.now == {State.UNSUPPORTED: 2}


@frozen(kw_only=True)
class Unable(Odd):
    """Has no call that creates a user."""

    create_user = Adapter.create_user


@pytest.mark.parametrize(("kind", "status"), [(Unauthorized, 401), (Forbidden, 403)])
def test_a_no_to_the_gateway_is_no_answer_about_the_user(
    served: tuple[Provider, str], kind: type[ProviderError], status: int
) -> None:
    bulk = outcome(served, (status, says(no(kind, status))))

    assert bulk.summary.now == {State.FAILED: 1}
    assert isinstance(bulk.summary.stopped, kind)
    assert served[0].asked == 1


def test_a_credential_that_no_request_can_hold_ends_the_run_before_anyone_is_sent(
    served: tuple[Provider, str],
) -> None:
    bulk, _ = results(served, adapter=Unsignable)

    assert bulk.summary.now == {State.FAILED: 1}
    assert isinstance(bulk.summary.stopped, ConfigurationError)
    assert "check the credentials" in str(bulk.summary.stopped)
    assert served[0].asked == 0


@frozen(kw_only=True)
class Unsignable(Odd):
    """Has a key that no header can hold."""

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        yield Request(method="POST", url=f"{self.base_url}/0", operation="create_user")
        raise AssertionError("it is never sent")

    def sign(self, request: Request, proof: Proof) -> Request:
        return request.with_headers(Authorization="Bearer \u2713")


@pytest.mark.parametrize(("kind", "status"), [(Rejected, 400), (Forbidden, 403)])
def test_a_no_after_a_request_was_carried_out_is_unknown(
    served: tuple[Provider, str], kind: type[ProviderError], status: int
) -> None:
    bulk = outcome(served, (201, goes_on), (status, says(no(kind, status))))

    assert bulk.summary.now.keys() == {State.UNKNOWN}


def test_results_from_a_simulator_are_not_taken_up_elsewhere(tmp_path: Path) -> None:
    def opened(url: str) -> None:
        Journal.open(tmp_path / "results.jsonl", Gateway(Odd(base_url=url, steps=()))).close()

    opened("http://127.0.0.1:1234")

    for same in ("http://127.0.0.1:4321", "http://localhost:80", "http://[::1]:80/path"):
        opened(same)
    with pytest.raises(OnboardingError, match="other settings"):
        opened("https://api.example.com")


def test_a_server_elsewhere_may_move(tmp_path: Path) -> None:
    for url in ("https://api.example.com", "https://localhost.example.com:8443", "http://[odd"):
        gateway = Gateway(Odd(base_url=url, steps=()))

        with Journal.open(tmp_path / "results.jsonl", gateway) as journal:
            assert list(journal.open_intents()) == []
