"""The engine drives any flow: it signs, logs in once, and throws into the flow what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from attrs import define, field, frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding import NoAnswer, OutcomeUnknown, TransportError
from onboarding._async.driver import drive as drive_async
from onboarding._sync.driver import drive
from onboarding.engine import MARGIN, Step, TokenRequest, conversation
from onboarding.spi import Adapter, Flow, Proof, Request, Response, Token

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "http://acme.invalid/"


@frozen(kw_only=True)
class Signing(Adapter):
    """Signs with the proof itself, and has no login."""

    provider: ClassVar[str] = "signing"

    def sign(self, request: Request, proof: Proof) -> Request:
        token = proof.token.value if proof.token else "none"
        stamp = f"{proof.now.isoformat()} {proof.nonce} {token}"
        return request.with_headers(Authorization=stamp)


@frozen(kw_only=True)
class LoggingIn(Signing):
    """Wants a token, and knows a refused one by a 401."""

    provider: ClassVar[str] = "logging_in"

    def login(self) -> Flow[Token]:
        response = yield Request(method="POST", url=URL + "token", anonymous=True)
        return Token(response.body.decode(), response.received_at + timedelta(hours=1))

    def token_refused(self, response: Response) -> bool:
        return response.status == 401


@define
class Numbered:
    """Counts: each nonce is the next number."""

    count: int = 0

    def __call__(self) -> str:
        self.count += 1
        return str(self.count)


def ask(*names: str) -> Flow[list[int]]:
    found: list[int] = []
    for name in names:
        response = yield Request(method="GET", url=URL + name)
        found.append(response.status)
    return found


def stubborn() -> Flow[str]:
    """Asks, and asks again when there is no answer."""
    try:
        yield Request(method="POST", url=URL + "first")
    except OutcomeUnknown:
        response = yield Request(method="GET", url=URL + "look")
        return f"looked: {response.status}"
    return "answered"


def steps(adapter: Adapter, flow: Flow[Any]) -> Any:
    return conversation(adapter, flow, clock=lambda: NOW, nonces=Numbered())


def ok(status: int = 200, body: bytes = b"") -> Response:
    return Response(status=status, body=body, received_at=NOW)


Perform = Callable[[Step], Response | Token | bool]


def run(adapter: Adapter, flow: Flow[Any], perform: Perform) -> Any:
    return drive(steps(adapter, flow), perform)


def run_awaited(adapter: Adapter, flow: Flow[Any], perform: Perform) -> Any:
    async def performed(step: Step) -> Response | Token | bool:
        await asyncio.sleep(0)
        return perform(step)

    return asyncio.run(drive_async(steps(adapter, flow), performed))


BOTH = pytest.mark.parametrize("run", [run, run_awaited], ids=["sync", "async"])


@define
class Script:
    """Answers step by step, and keeps what was asked."""

    answers: list[Any]
    asked: list[Step] = field(factory=list[Step])

    def __call__(self, step: Step) -> Response | Token | bool:
        self.asked.append(step)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Response | Token | bool)
        return answer

    @property
    def headers(self) -> list[str]:
        return [step.headers["Authorization"] for step in self.asked if isinstance(step, Request)]


TOKEN = Token("first", NOW + timedelta(hours=1))
FRESH = Token("second", NOW + timedelta(hours=1))


@BOTH
def test_every_request_is_signed_with_a_proof_of_its_own(run: Any) -> None:
    script = Script([ok(), ok(404), ok(500)])

    found = run(Signing(), ask("a", "b", "c"), script)

    assert found == [200, 404, 500]
    assert script.headers == [f"{NOW.isoformat()} {nonce} none" for nonce in (1, 2, 3)]


@BOTH
def test_an_adapter_that_logs_in_wishes_for_a_token_before_it_asks(run: Any) -> None:
    script = Script([TOKEN, ok(), TOKEN, ok()])

    run(LoggingIn(), ask("a", "b"), script)

    assert [type(step) for step in script.asked] == [TokenRequest, Request, TokenRequest, Request]
    assert script.headers == [f"{NOW.isoformat()} 1 first", f"{NOW.isoformat()} 2 first"]


@BOTH
def test_a_refused_token_is_replaced_once_and_the_request_signed_anew(run: Any) -> None:
    script = Script([TOKEN, ok(401), FRESH, ok(200)])

    found = run(LoggingIn(), ask("a"), script)

    assert found == [200]
    assert [step.refused for step in script.asked if isinstance(step, TokenRequest)] == [
        None,
        TOKEN,
    ]
    assert script.headers == [f"{NOW.isoformat()} 1 first", f"{NOW.isoformat()} 2 second"]


@BOTH
def test_a_second_refusal_is_the_flows_to_judge(run: Any) -> None:
    script = Script([TOKEN, ok(401), FRESH, ok(401)])

    found = run(LoggingIn(), ask("a"), script)

    assert found == [401]
    assert script.answers == []


@BOTH
def test_a_login_itself_needs_no_token(run: Any) -> None:
    adapter = LoggingIn()
    script = Script([ok(body=b"fresh")])

    token = run(adapter, adapter.login(), script)

    assert token == Token("fresh", NOW + timedelta(hours=1))
    assert [type(step) for step in script.asked] == [Request]


@BOTH
@pytest.mark.parametrize("error", [TransportError("gone"), OutcomeUnknown("gone")])
def test_a_failed_transport_reaches_the_caller_of_a_flow_that_minds_not(
    run: Any, error: NoAnswer
) -> None:
    with pytest.raises(NoAnswer) as raised:
        run(Signing(), ask("a"), Script([error]))

    assert raised.value is error


@BOTH
def test_a_flow_may_catch_a_failed_transport_and_go_on(run: Any) -> None:
    script = Script([OutcomeUnknown("gone"), ok(200)])

    found = run(Signing(), stubborn(), script)

    assert found == "looked: 200"
    assert [step.url for step in script.asked if isinstance(step, Request)] == [
        f"{URL}first",
        f"{URL}look",
    ]


@BOTH
def test_a_login_that_fails_is_thrown_into_the_flow_that_wanted_it(run: Any) -> None:
    script = Script([OutcomeUnknown("no login"), TOKEN, ok(200)])

    found = run(LoggingIn(), stubborn(), script)

    assert found == "looked: 200"


@BOTH
def test_an_error_that_is_no_transports_ends_the_conversation(run: Any) -> None:
    closed: list[bool] = []

    def tidy() -> Flow[None]:
        try:
            yield Request(method="GET", url=URL)
        finally:
            closed.append(True)

    with pytest.raises(ZeroDivisionError):
        run(Signing(), tidy(), Script([ZeroDivisionError()]))

    assert closed == [True]


@BOTH
def test_a_flow_that_asks_nothing_gives_its_result(run: Any) -> None:
    def silent() -> Flow[int]:
        return 7
        yield  # makes it a generator

    assert run(LoggingIn(), silent(), Script([])) == 7


@given(st.timedeltas(timedelta(0), timedelta(days=1)))
def test_a_token_is_fresh_until_the_margin_before_its_end(age: timedelta) -> None:
    token = Token("x", NOW + timedelta(hours=1))

    found = TokenRequest().satisfied_by(token, NOW + age)

    assert (found is token) == (age + MARGIN < timedelta(hours=1))
    assert TokenRequest().satisfied_by(None, NOW) is None


@given(st.lists(st.sampled_from(["ok", "refused", "lost", "unknown"]), max_size=8))
def test_both_drivers_give_one_result_for_one_script(words: list[str]) -> None:
    makers: dict[str, Callable[[], Any]] = {
        "ok": ok,
        "refused": lambda: ok(401),
        "lost": lambda: TransportError("lost"),
        "unknown": lambda: OutcomeUnknown("unknown"),
    }

    def outcome(drive_one: Any) -> Any:
        answers = iter([makers[word]() for word in words])

        def perform(step: Request | TokenRequest) -> Response | Token:
            if isinstance(step, TokenRequest):
                return FRESH if step.refused else TOKEN
            answer = next(answers, ok(204))
            if isinstance(answer, Exception):
                raise answer
            assert isinstance(answer, Response)
            return answer

        try:
            return drive_one(LoggingIn(), ask("a", "b", "c"), perform)
        except NoAnswer as error:
            return type(error), str(error)

    assert outcome(run) == outcome(run_awaited)
