"""The engine repeats what is safe: after a wait with jitter, within the deadline and a budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar

import pytest
from attrs import define, field, frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding import InvalidInput, OnboardingError, Outcome, OutcomeUnknown, TransportError
from onboarding._sync.driver import drive
from onboarding.engine import RetryBudget, Step, TokenRequest, Wait, conversation, login
from onboarding.policies import RetryPolicy
from onboarding.provider_errors import ErrorDetails, Unauthorized, raise_error
from onboarding.spi import Adapter, Flow, Proof, Request, Response, Token

pytestmark = pytest.mark.retries

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "http://acme.invalid/"
LONGEST = RetryPolicy(attempts=100, longest=5.0)
REFUSED = TransportError("connection refused")
DROPPED = OutcomeUnknown("timed out")
SPENT = "key was used"


def call(method: str, *, idempotent: bool = False) -> Flow[Response]:
    """One request; a refusal or a failure is raised, as adapters do."""
    response = yield Request(method=method, url=URL, idempotent=idempotent, operation="call")
    if response.status >= 400:
        raise_error(ErrorDetails(status=response.status, code="no"))
    return response


def ok(body: bytes = b"") -> Response:
    return answer(200, body)


def answer(status: int, body: bytes = b"", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, body=body, headers=named, received_at=NOW)


@define
class Driver:
    """Answers requests one by one, and waits as long as `left` allows, on no clock."""

    answers: list[Response | Exception]
    left: float = 1e9
    token: Token | None = None
    sent: list[Request] = field(factory=list[Request])
    waits: list[float] = field(factory=list[float])

    def __call__(self, step: Step) -> Response | Token | bool:
        if isinstance(step, Wait):
            if step.seconds >= self.left:
                return False
            self.waits.append(step.seconds)
            return True
        if isinstance(step, TokenRequest):
            assert self.token is not None
            return self.token
        assert isinstance(step, Request)
        self.sent.append(step)
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def run(
    driver: Driver,
    flow: Flow[Any],
    *,
    adapter: Adapter | None = None,
    retry: RetryPolicy | None = LONGEST,
    budget: RetryBudget | None = None,
) -> Any:
    names = iter(f"key-{number}" for number in range(1000))
    steps = conversation(
        adapter or Adapter(),
        flow,
        clock=lambda: NOW,
        nonces=lambda: next(names),
        retry=retry,
        budget=budget,
    )
    return drive(steps, driver)


# -- what is repeated

ANY, SAFE, NEVER = "any", "safe", "never"
FOUND: Mapping[str, tuple[Response | Exception, str]] = {
    "refused connection": (REFUSED, ANY),
    "429": (answer(429), ANY),
    "dropped": (DROPPED, SAFE),
    "500": (answer(500), SAFE),
    "502": (answer(502), SAFE),
    "503": (answer(503), SAFE),
    "504": (answer(504), SAFE),
    "501": (answer(501), NEVER),
    "400": (answer(400), NEVER),
    "401": (answer(401), NEVER),
    "404": (answer(404), NEVER),
    "408": (answer(408), NEVER),
    "409": (answer(409), NEVER),
    "422": (answer(422), NEVER),
}


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize(
    ("method", "idempotent", "safe"),
    [
        ("GET", False, True),
        ("HEAD", False, True),
        ("POST", True, True),
        ("POST", False, False),
        ("PUT", False, False),
        ("DELETE", False, False),
    ],
)
def test_a_request_is_repeated_if_it_cannot_be_carried_out_twice(
    name: str, method: str, idempotent: bool, safe: bool
) -> None:
    found, which = FOUND[name]
    driver = Driver([found, found, ok()])
    again = which == ANY or (which == SAFE and safe)

    if again:
        assert run(driver, call(method, idempotent=idempotent)).status == 200
    else:
        with pytest.raises(OnboardingError):
            run(driver, call(method, idempotent=idempotent))

    assert len(driver.sent) == (3 if again else 1)
    assert [request.attempt for request in driver.sent] == ([1, 2, 3] if again else [1])
    assert [request.waited for request in driver.sent] == [0.0, *driver.waits]


CUT = answer(200, b'{"id": "7", "tags": [', content_type="application/json; charset=utf-8")
WHOLE = answer(200, b'{"id": "}"}', content_type="application/json")


def test_an_answer_that_is_cut_off_is_asked_for_again_if_that_is_safe() -> None:
    read, write = Driver([CUT, WHOLE]), Driver([CUT])

    assert run(read, call("GET")) is WHOLE
    assert run(write, call("POST")) is CUT


@pytest.mark.parametrize(
    "found", [ok(), answer(200, b"{", content_type="text/plain"), answer(200, b"{"), WHOLE]
)
def test_an_answer_that_is_whole_or_no_json_is_taken(found: Response) -> None:
    driver = Driver([found])

    assert run(driver, call("GET")) is found


def test_an_answer_that_was_cut_off_counts_before_a_refused_connection() -> None:
    driver = Driver([CUT, REFUSED])

    assert run(driver, call("POST", idempotent=True), retry=RetryPolicy(attempts=2)) is CUT


def test_an_error_that_stays_is_not_repeated() -> None:
    lasting = TransportError("TLS: the certificate is not trusted")
    lasting.transient = False
    driver = Driver([lasting])

    with pytest.raises(TransportError):
        run(driver, call("GET"))

    assert driver.waits == []


def test_without_a_policy_nothing_is_repeated() -> None:
    driver = Driver([answer(503)])

    with pytest.raises(OnboardingError):
        run(driver, call("GET"), retry=None)

    assert len(driver.sent) == 1


def test_the_last_attempt_is_that_of_the_policy() -> None:
    driver = Driver([answer(503)] * 4)

    with pytest.raises(OnboardingError):
        run(driver, call("GET"), retry=RetryPolicy(attempts=3))

    assert len(driver.sent) == 3


# -- how long it waits


@given(
    attempt=st.integers(1, 99),
    share=st.floats(0, 1, exclude_max=True),
    initial=st.floats(0.01, 10),
    longest=st.floats(0.01, 60),
)
def test_a_wait_is_a_share_of_a_bound_that_doubles_up_to_the_longest(
    attempt: int, share: float, initial: float, longest: float
) -> None:
    policy = RetryPolicy(attempts=100, initial=initial, longest=longest)

    wait = policy.wait(REFUSED, attempt, safe=False, rng=lambda: share)

    assert wait is not None
    assert wait.seconds == pytest.approx(share * min(longest, initial * 2.0 ** (attempt - 1)))
    assert 0 <= wait.seconds <= longest


# RFC 9110, 10.2.3: seconds or a date; what is neither, or is past, counts for nothing
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (format_datetime(NOW + timedelta(seconds=12), usegmt=True), 12.0),
        (format_datetime(NOW - timedelta(seconds=12), usegmt=True), 0.0),
        ("soon", 0.0),
        ("-3", 0.0),
        ("NaN", 0.0),
        ("", 0.0),
    ],
)
def test_the_provider_is_not_asked_before_the_time_it_named(
    status: int, text: str, asked: float
) -> None:
    found = answer(status, retry_after=text)

    first = RetryPolicy(initial=1.0).wait(found, 1, safe=True, rng=lambda: 0.0)
    last = RetryPolicy(initial=1.0).wait(found, 1, safe=True, rng=lambda: 0.5)

    assert first is not None
    assert last is not None
    assert first.seconds == pytest.approx(asked)
    assert last.seconds == pytest.approx(asked + 0.5)


@pytest.mark.parametrize("text", ["31", format_datetime(NOW + timedelta(days=2), usegmt=True)])
def test_a_wait_beyond_the_limit_ends_the_call_at_once(text: str) -> None:
    driver = Driver([answer(429, retry_after=text)])

    with pytest.raises(OnboardingError):
        run(driver, call("GET"), retry=RetryPolicy(retry_after_limit=30))

    assert (len(driver.sent), driver.waits) == (1, [])


class Asking(Adapter):
    """A provider that asks for a wait in another header than `Retry-After`."""

    provider: ClassVar[str] = "asking"

    def retry_after(self, response: Response) -> float | None:
        return float(response.headers.get("x-wait", "0"))


def test_an_adapter_reads_the_wait_that_its_provider_asks_for() -> None:
    driver = Driver([answer(503, x_wait="20", retry_after="1"), ok()])

    run(driver, call("GET"), adapter=Asking(), retry=RetryPolicy(initial=0))

    assert driver.waits == [20.0]


def test_a_retry_that_would_end_after_the_deadline_is_not_waited_for() -> None:
    driver = Driver([answer(429, retry_after="20"), ok()], left=19)

    with pytest.raises(OnboardingError) as raised:
        run(driver, call("POST"))

    assert (len(driver.sent), driver.waits) == (1, [])
    assert raised.value.outcome is Outcome.NOT_DONE


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"attempts": 101},
        {"initial": -1},
        {"longest": float("nan")},
        {"retry_after_limit": 90_000},
        {"budget": -0.1},
    ],
)
def test_a_policy_out_of_range_is_refused_by_the_name_of_its_field(wrong: Any) -> None:
    with pytest.raises(InvalidInput) as raised:
        RetryPolicy(**wrong)

    assert raised.value.paths == tuple(wrong)


# -- the budget


def test_the_retries_of_an_outage_are_a_share_of_the_requests() -> None:
    budget = RetryBudget()
    sent = 0

    for _ in range(1000):
        driver = Driver([REFUSED] * 10)
        with pytest.raises(TransportError):
            run(driver, call("GET"), retry=RetryPolicy(budget=0.2), budget=budget)
        sent += len(driver.sent)

    assert sent <= 1000 * 1.2 + 100


def test_requests_that_succeed_fill_the_budget_up_again() -> None:
    budget = RetryBudget(left=0)

    for _ in range(1000):
        run(Driver([ok()]), call("GET"), retry=RetryPolicy(budget=0.5), budget=budget)
    driver = Driver([REFUSED, ok()])
    run(driver, call("GET"), budget=budget)

    assert len(driver.sent) == 2
    assert budget.left == 99


# -- the outcome of several attempts


def test_a_read_that_succeeds_in_the_end_is_a_success() -> None:
    driver = Driver([DROPPED, answer(502), REFUSED, ok(b"found")])

    assert run(driver, call("GET")).body == b"found"


UNCLEAR: list[Response | Exception] = [DROPPED, answer(500)]
CLEAN: list[Response | Exception] = [answer(400), answer(409), REFUSED]


@pytest.mark.parametrize("first", UNCLEAR)
@pytest.mark.parametrize("then", CLEAN)
def test_a_refusal_after_an_attempt_that_may_have_worked_leaves_the_outcome_unknown(
    first: Response | Exception, then: Response | Exception
) -> None:
    driver = Driver([first, then])

    with pytest.raises(OnboardingError) as raised:
        run(driver, call("POST", idempotent=True), retry=RetryPolicy(attempts=2))

    assert raised.value.outcome is Outcome.UNKNOWN
    assert raised.value.retry_safe  # by the caller's key
    assert not isinstance(raised.value, TransportError)


@pytest.mark.parametrize("first", [REFUSED, answer(429)])
def test_a_write_without_a_key_that_was_refused_before_is_not_done(
    first: Response | Exception,
) -> None:
    driver = Driver([first, answer(400)])

    with pytest.raises(OnboardingError) as raised:
        run(driver, call("POST"))

    assert raised.value.outcome is Outcome.NOT_DONE


def test_doubt_about_one_request_does_not_reach_the_next() -> None:
    def two() -> Flow[None]:
        yield from call("GET")
        yield from call("POST")

    driver = Driver([DROPPED, ok(), answer(400)])

    with pytest.raises(OnboardingError) as raised:
        run(driver, two())

    assert raised.value.outcome is Outcome.NOT_DONE


# -- keys that the engine makes


@frozen(kw_only=True)
class Keyed(Adapter):
    """A provider that refuses a used key with 409, and keeps the first answer."""

    provider: ClassVar[str] = "keyed"
    idempotency_header: ClassVar[str] = "Idempotency-Key"

    def key_spent(self, response: Response) -> bool:
        return response.status == 409 and response.body == SPENT.encode()

    def first_response(self, key: str) -> Flow[Response | None]:
        response = yield Request(method="GET", url=f"{URL}{key}", operation="first_response")
        if response.status == 404:
            return None
        if response.status >= 400:
            raise_error(ErrorDetails(status=response.status, code="no"))
        return Response(status=int(response.body), received_at=NOW)


def keys(requests: Iterable[Request]) -> list[str]:
    return [request.headers.get("Idempotency-Key", "") for request in requests]


def spent() -> Response:
    return answer(409, SPENT.encode())


@pytest.mark.parametrize("first", UNCLEAR)
def test_all_attempts_of_a_write_have_the_same_key(first: Response | Exception) -> None:
    driver = Driver([first, REFUSED, ok()])

    run(driver, call("POST"), adapter=Keyed())

    assert keys(driver.sent) == ["key-0"] * 3


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_the_methods_that_take_keys_have_one(method: str) -> None:
    driver = Driver([ok()])

    run(driver, call(method), adapter=Keyed())

    assert keys(driver.sent) == [""]


@frozen(kw_only=True)
class Advised(Keyed):
    """A provider whose answers say whether the request may be sent again."""

    def retry_advice(self, response: Response) -> bool | None:
        said = response.headers.get("retry")
        return None if said is None else said == "yes"


def advised(status: int, said: str) -> Response:
    return Response(status=status, headers={"retry": said}, received_at=NOW)


@pytest.mark.parametrize("status", [400, 409, 500])
def test_a_request_is_sent_again_if_the_answer_says_so(status: int) -> None:
    driver = Driver([advised(status, "yes"), ok()])

    run(driver, call("POST"), adapter=Advised())

    assert len(driver.sent) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_request_is_not_sent_again_if_the_answer_says_so(status: int) -> None:
    driver = Driver([advised(status, "no"), ok()])

    with pytest.raises(OnboardingError):
        run(driver, call("POST"), adapter=Advised())

    assert len(driver.sent) == 1


def test_a_key_of_the_flow_stays() -> None:
    def own() -> Flow[None]:
        yield Request(method="POST", url=URL, headers={"Idempotency-Key": "mine"})

    driver = Driver([DROPPED, ok()])

    run(driver, own(), adapter=Keyed())

    assert keys(driver.sent) == ["mine", "mine"]


def test_after_a_refusal_the_key_is_another_one() -> None:
    driver = Driver([answer(429), ok()])

    run(driver, call("POST"), adapter=Keyed())

    first, second = keys(driver.sent)
    assert first != second


def test_a_used_key_gives_the_first_answer() -> None:
    driver = Driver([DROPPED, spent(), ok(b"201")])

    found = run(driver, call("POST"), adapter=Keyed())

    assert found.status == 201
    assert driver.sent[2].url == f"{URL}key-0"


def test_a_key_that_was_used_by_a_refused_request_is_replaced() -> None:
    driver = Driver([DROPPED, spent(), ok(b"400"), answer(400)])

    with pytest.raises(OnboardingError) as raised:
        run(driver, call("POST"), adapter=Keyed())

    first, again, _, new = keys(driver.sent)
    assert first == again
    assert new not in ("", first)
    assert raised.value.outcome is Outcome.NOT_DONE  # the key proves it


def test_a_key_that_replaced_another_is_kept_for_the_next_attempts() -> None:
    driver = Driver([DROPPED, spent(), ok(b"400"), DROPPED, ok()])

    run(driver, call("POST"), adapter=Keyed())

    _, _, _, new, last = keys(driver.sent)
    assert new == last


def test_a_first_answer_that_is_a_failure_is_the_error_of_the_call() -> None:
    driver = Driver([DROPPED, spent(), ok(b"500")])

    with pytest.raises(OnboardingError) as raised:
        run(driver, call("POST"), adapter=Keyed(), retry=RetryPolicy(attempts=2))

    assert raised.value.outcome is Outcome.UNKNOWN
    assert not raised.value.retry_safe  # the caller does not know the key


@pytest.mark.parametrize("kept", [answer(404), answer(400), DROPPED])
def test_a_first_answer_that_cannot_be_read_leaves_the_outcome_unknown(
    kept: Response | Exception,
) -> None:
    driver = Driver([DROPPED, spent(), kept, kept])  # it is a read, which is repeated

    with pytest.raises(OutcomeUnknown, match="same idempotency key"):
        run(driver, call("POST"), adapter=Keyed(), retry=RetryPolicy(attempts=2))


def test_a_first_answer_that_comes_late_is_asked_for_again() -> None:
    driver = Driver([DROPPED, spent(), answer(404), spent(), ok(b"201")])

    assert run(driver, call("POST"), adapter=Keyed()).status == 201


# -- logins


@frozen(kw_only=True)
class LoggingIn(Adapter):
    provider: ClassVar[str] = "logging_in"

    def login(self) -> Flow[Token]:
        response = yield Request(method="POST", url=URL + "token", anonymous=True)
        if response.status >= 400:
            raise_error(ErrorDetails(status=response.status, code="no"))
        return Token("new", NOW + timedelta(hours=1))

    def sign(self, request: Request, proof: Proof) -> Request:
        assert proof.token is not None or request.anonymous
        return request


def logged_in(driver: Driver) -> Token:
    return drive(login(LoggingIn(), clock=lambda: NOW, nonces=str, retry=LONGEST), driver)


@pytest.mark.parametrize("first", [REFUSED, DROPPED, answer(503), answer(429)])
def test_a_login_is_repeated_as_a_read_is(first: Response | Exception) -> None:
    driver = Driver([first, ok()])

    assert logged_in(driver).value == "new"
    assert len(driver.sent) == 2


def test_a_refused_login_is_not_repeated() -> None:
    driver = Driver([answer(401)])

    with pytest.raises(Unauthorized):
        logged_in(driver)

    assert driver.waits == []


def test_the_retries_of_a_login_are_not_multiplied_by_those_of_its_call() -> None:
    driver = Driver([])

    def perform(step: Step) -> Response | Token | bool:
        if isinstance(step, TokenRequest):
            driver.sent.append(Request(method="POST", url=URL))
            raise REFUSED
        return driver(step)

    steps = conversation(LoggingIn(), call("GET"), clock=lambda: NOW, nonces=str, retry=LONGEST)
    with pytest.raises(TransportError):
        drive(steps, perform)

    assert len(driver.sent) == 1


def test_a_login_that_fails_before_a_retry_leaves_the_outcome_of_the_first_attempt() -> None:
    logins = [Token("t", NOW + timedelta(hours=1))]
    driver = Driver([DROPPED])

    def perform(step: Step) -> Response | Token | bool:
        if isinstance(step, TokenRequest):
            if not logins:
                raise REFUSED
            return logins.pop()
        return driver(step)

    steps = conversation(
        LoggingIn(), call("POST", idempotent=True), clock=lambda: NOW, nonces=str, retry=LONGEST
    )
    with pytest.raises(OutcomeUnknown) as raised:
        drive(steps, perform)

    assert raised.value is DROPPED
