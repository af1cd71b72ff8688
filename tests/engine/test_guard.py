"""The guard is pure: circuits that open after failures in a row, on a clock that the test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    InvalidInput,
    OnboardingError,
    OutcomeUnknown,
    Partial,
    PartialFailure,
    TransportError,
    Unauthorized,
)
from onboarding.engine import Guard
from onboarding.engine.guard import Circuit
from onboarding.policies import GuardPolicy
from onboarding.provider_errors import ErrorDetails, Forbidden
from onboarding.spi import Adapter, Request, Response

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADAPTER = Adapter()
POLICY = GuardPolicy(failures=3, pause=30)
CALL = Request(method="GET", url="http://acme.invalid/")
LOGIN = Request(method="POST", url="http://acme.invalid/token", anonymous=True)
DETAILS = ErrorDetails(status=401, code="invalid_credentials", remedy="check the API key")


@define
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def lost(*, timed_out: bool = False) -> TransportError:
    error = TransportError("no answer came from acme.invalid:80 to GET (call): connection refused")
    error.unreachable, error.timed_out = True, timed_out
    return error


def refused() -> Unauthorized:
    return Unauthorized(DETAILS)


def failing(clock: Clock, error: OnboardingError, times: int = 3) -> Guard:
    guard = Guard(POLICY, clock)
    for _ in range(times):
        guard.admit()
        guard.failed(error, ADAPTER, brief=False)
    return guard


def passes(guard: Guard) -> bool:
    try:
        guard.admit()
    except OnboardingError:
        return False
    return True


BOTH = pytest.mark.parametrize("error", [lost(), refused()], ids=["connections", "keys"])


@BOTH
def test_calls_pass_until_the_failures_of_the_policy_came_in_a_row(error: OnboardingError) -> None:
    assert passes(failing(Clock(), error, times=2))
    assert not passes(failing(Clock(), error, times=3))


@BOTH
def test_one_call_passes_after_the_pause_and_the_others_wait_for_it(
    error: OnboardingError,
) -> None:
    clock = Clock()
    guard = failing(clock, error)

    clock.goes_on(29.9)
    early = passes(guard)
    clock.goes_on(0.1)
    probe, others = passes(guard), [passes(guard) for _ in range(5)]

    assert (early, probe, others) == (False, True, [False] * 5)


@BOTH
def test_a_probe_that_fails_opens_the_circuit_for_another_pause(error: OnboardingError) -> None:
    clock = Clock()
    guard = failing(clock, error)

    clock.goes_on(30)
    guard.admit()
    clock.goes_on(10)
    guard.failed(error, ADAPTER, brief=False)
    clock.goes_on(29)

    assert not passes(guard)


@BOTH
def test_a_probe_that_succeeds_closes_the_circuit(error: OnboardingError) -> None:
    clock = Clock()
    guard = failing(clock, error)

    clock.goes_on(30)
    guard.admit()
    guard.answered(CALL, Response(status=200))

    assert all(passes(guard) for _ in range(5))


@BOTH
def test_a_probe_that_never_ends_leaves_the_next_pause_to_another(error: OnboardingError) -> None:
    clock = Clock()
    guard = failing(clock, error)

    clock.goes_on(30)
    guard.admit()
    clock.goes_on(30)

    assert passes(guard)


def test_the_error_has_the_reason_and_the_seconds_to_the_probe() -> None:
    clock = Clock()
    guard = failing(clock, lost())
    clock.goes_on(12.5)

    with pytest.raises(
        TransportError, match=r"last 3 calls .* 18 s .*connection refused"
    ) as raised:
        guard.admit()

    assert not raised.value.transient
    assert raised.value.retry_safe


def test_refused_keys_are_told_as_the_provider_said_it() -> None:
    clock = Clock()
    guard = failing(clock, refused())
    clock.goes_on(10)

    with pytest.raises(Unauthorized, match=r"check the API key; not sent: .* 20 s") as raised:
        guard.admit()

    assert raised.value.code == "invalid_credentials"
    assert raised.value.details.retry_after == 20


# -- what counts

NO_KEY = Forbidden(ErrorDetails(status=403, code="no"))
OF_A_USER = Unauthorized(ErrorDetails(status=400, code="invalid_grant"))


@pytest.mark.parametrize(
    "error",
    [
        TransportError("the deadline passed"),
        OutcomeUnknown("timed out"),
        NO_KEY,
        OF_A_USER,
        ValueError(),
    ],
    ids=repr,
)
def test_other_errors_do_not_count(error: Any) -> None:
    assert passes(failing(Clock(), error, times=50))


def test_what_stopped_a_call_part_way_counts() -> None:
    partial = Partial(gateway="g", provider="p", environment="", operation="o", id="1")
    error = PartialFailure(partial)
    error.__cause__ = lost()

    assert not passes(failing(Clock(), error))


def test_a_deadline_too_short_for_a_connection_says_nothing() -> None:
    guard = Guard(POLICY, Clock())

    for _ in range(10):
        guard.failed(lost(timed_out=True), ADAPTER, brief=True)
    brief = passes(guard)
    for _ in range(3):
        guard.failed(lost(timed_out=True), ADAPTER, brief=False)

    assert brief
    assert not passes(guard)


def test_an_answer_ends_the_row_of_failures() -> None:
    guard = failing(Clock(), lost(), times=2)

    guard.answered(LOGIN, Response(status=500))
    guard.failed(lost(), ADAPTER, brief=False)

    assert passes(guard)


@pytest.mark.parametrize(
    ("request_", "status", "ends"),
    [(CALL, 200, True), (CALL, 404, True), (CALL, 401, False), (LOGIN, 200, False)],
)
def test_only_an_accepted_key_ends_the_row_of_refused_ones(
    request_: Request, status: int, ends: bool
) -> None:
    guard = failing(Clock(), refused(), times=2)

    guard.answered(request_, Response(status=status))
    guard.failed(refused(), ADAPTER, brief=False)

    assert passes(guard) is ends


def test_other_credentials_share_the_connections_and_not_the_keys() -> None:
    clock = Clock()
    lost_ones, refused_ones = failing(clock, lost()), failing(clock, refused())

    assert not passes(lost_ones.for_other_credentials())
    assert passes(refused_ones.for_other_credentials())


def test_without_a_policy_nothing_opens() -> None:
    guard = Guard(None, Clock())

    for error in [lost(), refused()] * 100:
        guard.failed(error, ADAPTER, brief=False)
    guard.login_refused(refused())
    guard.admit_login()

    assert passes(guard)


# -- logins


def test_one_refused_login_is_enough() -> None:
    clock = Clock()
    guard = Guard(POLICY, clock)
    guard.login_refused(refused())

    with pytest.raises(Unauthorized, match="check the API key; not sent"):
        guard.admit_login()
    clock.goes_on(30)
    guard.admit_login()
    with pytest.raises(Unauthorized):
        guard.admit_login()


def test_a_refused_login_does_not_count_as_refused_keys_too() -> None:
    guard = Guard(POLICY, Clock())
    guard.login_refused(refused())

    for _ in range(10):
        guard.failed(refused(), ADAPTER, brief=False)

    assert passes(guard)


# -- laws


@given(
    st.lists(st.sampled_from(["fails", "succeeds", "waits"]), max_size=60),
    st.integers(1, 5),
)
def test_a_circuit_is_open_only_after_a_row_of_failures(events: list[str], most: int) -> None:
    clock = Clock()
    circuit = Circuit(most, timedelta(seconds=30))
    row = 0

    for event in events:
        if event == "waits":
            clock.goes_on(10)
        elif event == "succeeds":
            circuit.succeeded()
            row = 0
        else:
            circuit.failed(clock())
            row += 1
        seconds = circuit.seconds(clock)
        assert 0 <= seconds <= 30
        assert seconds == 0 or row >= most


@pytest.mark.parametrize("wrong", [{"failures": 0}, {"pause": -1}, {"pause": float("nan")}])
def test_a_policy_out_of_range_is_refused_by_the_name_of_its_field(wrong: Any) -> None:
    with pytest.raises(InvalidInput) as raised:
        GuardPolicy(**wrong)

    assert raised.value.paths == tuple(wrong)
